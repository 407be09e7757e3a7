package io.heliograph;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ErrorsTest {

    private static final CloseReason LOCAL = new CloseReason.Local();

    @Test
    void errorNameIsDerivedFromClass() {
        assertThat(new UnreachableException("m", null).errorName()).isEqualTo("UnreachableError");
        assertThat(new DeadlineExceededException("m").errorName()).isEqualTo("DeadlineExceededError");
    }

    @Test
    void unsentIsTrueOnlyIfNeverReceived() {
        assertThat(new UnreachableException("m", null).unsent()).isTrue();
        assertThat(new QueueFullException("m", 7).unsent()).isTrue();
        assertThat(new QueueFullException("m", 7).limit()).isEqualTo(7);
        assertThat(new ClosedException("m", LOCAL, true).unsent()).isTrue();
        assertThat(new ClosedException("m", LOCAL, false).unsent()).isFalse();
        assertThat(new DeadlineExceededException("m").unsent()).isFalse();
        assertThat(new ProtocolViolationException("m", null).unsent()).isFalse();
        assertThat(new TransportException("EPIPE", "m", null).unsent()).isFalse();
    }

    @Test
    void closedExceptionHasReason() {
        TransportException cause = new TransportException("ECONNRESET", "m", null);
        CloseReason failed = new CloseReason.Failed(cause);
        assertThat(new ClosedException("m", failed, false)).hasCause(cause);
        assertThat(new ClosedException("m", failed, false).reason()).isEqualTo(failed);
        assertThat(new ClosedException("m", LOCAL, false)).hasNoCause();
    }
}
