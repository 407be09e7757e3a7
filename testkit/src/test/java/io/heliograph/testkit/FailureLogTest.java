package io.heliograph.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.TransportException;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.endpoint.LogLimiter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FailureLogTest {

    private final AtomicLong nanos = new AtomicLong();
    private final RecordedLog recorded = new RecordedLog();
    private final Deque<Runnable> summaries = new ArrayDeque<>();
    private final FailureLog log =
            new FailureLog(recorded.logger(), new LogLimiter(Duration.ofSeconds(10), nanos::get), summaries::add);

    private void endInterval() {
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        summaries.remove().run();
    }

    private static IllegalStateException thrown(int id) {
        return new IllegalStateException("order " + id + " is missing");
    }

    @Test
    void userCodeIsLoggedWithStackPlaceAndConnection() {
        IllegalStateException failure = thrown(1);
        log.userCode("procedure=sum", "17", failure);
        assertThat(recorded.lines()).containsExactly("WARN User code failed: procedure=sum connection=17");
        assertThat(recorded.events().getFirst().stack()).isSameAs(failure);
    }

    @Test
    void repeatedUserFailuresAreLoggedOncePerIntervalWithTheirCount() {
        for (int i = 0; i < 3000; i++) {
            log.userCode("procedure=p" + i, "c" + i, thrown(i));
        }
        assertThat(recorded.events()).hasSize(1);
        assertThat(summaries).hasSize(1);
        endInterval();
        assertThat(recorded.events()).hasSize(2);
        assertThat(recorded.lines().getLast())
                .startsWith("WARN Failures repeated: kind=user code: java.lang.IllegalStateException at ")
                .endsWith(" repeated=2999");
        log.userCode("procedure=sum", null, thrown(1));
        assertThat(recorded.lines().getLast()).isEqualTo("WARN User code failed: procedure=sum");
    }

    @Test
    void unreportedDefectIsLoggedWithItsStack() {
        IllegalStateException defect = thrown(1);
        log.unreported(defect);
        assertThat(recorded.lines()).containsExactly("WARN order 1 is missing (no error listener)");
        assertThat(recorded.events().getFirst().stack()).isSameAs(defect);
    }

    @Test
    void expectedFailuresAreOneLineWithoutStack() {
        log.unreported(new TransportException("ECONNREFUSED", "ws://localhost:9: connection refused", null));
        assertThat(recorded.lines()).containsExactly("WARN ws://localhost:9: connection refused (no error listener)");
        assertThat(recorded.events().getFirst().stack()).isNull();
    }

    @Test
    void expectedFailuresWithDifferentMessagesAreOneKind() {
        for (int i = 0; i < 1000; i++) {
            log.unreported(new ClosedException("call " + i, new CloseReason.Local(), true));
        }
        log.unreported(new TransportException("EPIPE", "broken", null));
        log.unreported(new TransportException("ECONNRESET", "reset", null));
        assertThat(recorded.events()).hasSize(3);
    }

    @Test
    void textOfThePeerIsEscapedAndTruncated() {
        log.userCode("topic=\u001b[2J" + "x".repeat(10_000), "\n17", thrown(1));
        assertThat(recorded.lines().getFirst())
                .startsWith("WARN User code failed: topic=\\u001b[2Jxxx")
                .endsWith("… connection=\\n17")
                .hasSizeLessThan(700);
    }

    @Test
    void repeatedFailuresOfTheLibraryAreNamedWithoutPackage() {
        log.unreported(new TransportException("EPIPE", "broken", null));
        log.unreported(new TransportException("EPIPE", "broken again", null));
        endInterval();
        assertThat(recorded.lines().getLast())
                .isEqualTo("WARN Failures repeated: kind=TransportError EPIPE repeated=1");
    }

    @Test
    void messagesInStacksAreEscaped() {
        IllegalStateException cause = new IllegalStateException("red \u001b[31m");
        IllegalArgumentException failure = new IllegalArgumentException("line 1\nWARN line 2", cause);
        failure.addSuppressed(new IllegalStateException("bell \u0007"));
        log.userCode("topic=a", null, failure);
        log.unreported(failure);
        for (RecordedLog.Event event : recorded.events()) {
            Throwable stack = requireNonNull(event.stack());
            assertThat(stack)
                    .hasToString("java.lang.IllegalArgumentException: line 1\\nWARN line 2")
                    .hasMessage("java.lang.IllegalArgumentException: line 1\\nWARN line 2");
            assertThat(stack.getStackTrace()).isEqualTo(failure.getStackTrace());
            assertThat(stack.getCause()).hasToString("java.lang.IllegalStateException: red \\u001b[31m");
            assertThat(stack.getSuppressed()[0]).hasToString("java.lang.IllegalStateException: bell \\u0007");
        }
        assertThat(recorded.events()).hasSize(2);
    }

    @Test
    void causesThatFormCycleAreLoggedOnceEach() {
        IllegalStateException failure = new IllegalStateException("\u001b");
        failure.initCause(new IllegalArgumentException("plain", failure));
        log.userCode("topic=a", null, failure);
        Throwable cause = requireNonNull(
                requireNonNull(recorded.events().getFirst().stack()).getCause());
        assertThat(cause).hasToString("java.lang.IllegalArgumentException: plain");
        assertThat(cause.getCause()).isNull();
    }

    @Test
    void suppressedFailuresOfSeveralIntervalsAreSummarizedOnceEach() {
        for (int interval = 0; interval < 3; interval++) {
            log.expected("rejected", "Connection rejected: origin=a");
            log.expected("rejected", "Connection rejected: origin=b");
            endInterval();
        }
        assertThat(recorded.lines())
                .containsExactly(
                        "WARN Connection rejected: origin=a",
                        "WARN Failures repeated: kind=rejected repeated=1",
                        "WARN Connection rejected: origin=a",
                        "WARN Failures repeated: kind=rejected repeated=1",
                        "WARN Connection rejected: origin=a",
                        "WARN Failures repeated: kind=rejected repeated=1");
        assertThat(summaries).isEmpty();
    }
}
