package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.PeerCredentials;
import io.heliograph.transport.Transport;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The in-memory transport beyond the contract: faults, and event loops that only the test runs. */
class InMemoryTransportTest {

    private static final Address PLACE = new Address.Unix(Path.of("/memory/place"));
    private static final LinkOptions OPTIONS =
            LinkOptions.of(Framing.delimiter(0, 0)).withConnectTimeout(Duration.ofSeconds(3));

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final InMemoryTransport transport = InMemoryTransport.on(loop);
    private final List<RecordingHandler> accepted = new ArrayList<>();
    private final RecordingHandler caller = new RecordingHandler();
    private final List<HeliographException> failures = new ArrayList<>();

    private final Transport.ConnectHandler outcome = new Transport.ConnectHandler() {
        @Override
        public LinkHandler connected(Link link) {
            return caller.on(link);
        }

        @Override
        public void failed(HeliographException cause) {
            failures.add(cause);
        }
    };

    private void listen() {
        transport.listen(PLACE, null, OPTIONS, new TransportFixture.Accepting(link -> {
            accepted.add(new RecordingHandler().on(link));
            return accepted.getLast();
        }));
    }

    private void connect() {
        transport.connect(PLACE, loop, OPTIONS, outcome);
        loop.runReady();
    }

    @Test
    void nothingHappensUntilTheLoopRuns() {
        listen();
        transport.connect(PLACE, loop, OPTIONS, outcome);
        assertThat(accepted).isEmpty();
        assertThat(transport.attempts()).isZero();
        loop.runReady();
        assertThat(accepted).hasSize(1);
        caller.link().send(Frame.utf8("hello"));
        assertThat(accepted.getFirst().frameCount()).isZero();
        loop.runReady();
        assertThat(accepted.getFirst().frames()).containsExactly(Frame.utf8("hello"));
    }

    @Test
    void framesAreSplitAtEveryByte() {
        transport.chunkBytes(1).pipeBytes(1);
        listen();
        connect();
        caller.link().send(Frame.utf8("hello"));
        caller.link().send(Frame.utf8(""));
        caller.link().send(Frame.utf8("€"));
        loop.runReady();
        assertThat(accepted.getFirst().frames()).containsExactly(Frame.utf8("hello"), Frame.utf8(""), Frame.utf8("€"));
    }

    @Test
    void unreadPipeFillsUp() {
        transport.pipeBytes(100);
        listen();
        connect();
        accepted.getFirst().link().reading(false);
        caller.link().send(Frame.of(new byte[150]));
        loop.runReady();
        assertThat(caller.link().queuedBytes()).isEqualTo(52);
        accepted.getFirst().link().reading(true);
        loop.runReady();
        assertThat(caller.link().queuedBytes()).isZero();
    }

    @Test
    void refusedAddressesRefuseUntilTheyAreAllowed() {
        listen();
        transport.refuse(PLACE);
        connect();
        assertThat(failures).hasSize(1);
        assertThat(failures.getFirst())
                .hasMessage("connect ECONNREFUSED unix:/memory/place")
                .cause()
                .isInstanceOf(TransportException.class);
        transport.allow(PLACE);
        connect();
        assertThat(failures).hasSize(1);
        assertThat(accepted).hasSize(1);
        assertThat(transport.attempts()).isEqualTo(2);
    }

    @Test
    void unansweredInMemoryAttemptTimesOut() {
        listen();
        transport.hang(PLACE);
        connect();
        loop.advance(Duration.ofMillis(2_999));
        assertThat(failures).isEmpty();
        loop.advance(Duration.ofMillis(1));
        assertThat(failures).hasSize(1);
        assertThat(failures.getFirst()).hasMessageContaining("ETIMEDOUT");
        assertThat(loop.timers()).isZero();
    }

    @Test
    void canceledAttemptLeavesNoTimer() {
        transport.hang(PLACE);
        Transport.Attempt attempt = transport.connect(PLACE, loop, OPTIONS, outcome);
        loop.runReady();
        assertThat(loop.timers()).isEqualTo(1);
        attempt.cancel();
        assertThat(loop.timers()).isZero();
        loop.advance(Duration.ofSeconds(5));
        assertThat(failures).isEmpty();
    }

    @Test
    void cutFailsBothEnds() {
        listen();
        connect();
        caller.link().send(Frame.utf8("lost"));
        transport.cut(PLACE);
        loop.runReady();
        for (RecordingHandler end : List.of(caller, accepted.getFirst())) {
            assertThat(end.reason())
                    .isInstanceOfSatisfying(
                            CloseReason.Failed.class,
                            failed -> assertThat(failed.cause())
                                    .isInstanceOfSatisfying(
                                            TransportException.class,
                                            cause -> assertThat(cause.code()).isEqualTo("ECONNRESET")));
            assertThat(end.frameCount()).isZero();
            assertThat(end.violations()).isEmpty();
        }
        assertThat(transport.openLinks()).isZero();
    }

    @Test
    void closeWithUnreadInputResets() {
        listen();
        connect();
        accepted.getFirst().link().reading(false);
        caller.link().send(Frame.utf8("unread"));
        loop.runReady();
        accepted.getFirst().link().close(new CloseReason.Local());
        loop.runReady();
        assertThat(caller.reason()).isInstanceOf(CloseReason.Failed.class);
    }

    @Test
    void credentialsAreConfigurable() {
        UserPrincipal ada = () -> "ada";
        PeerCredentials credentials = new PeerCredentials(ada, OptionalLong.of(42));
        transport.credentials(credentials);
        listen();
        connect();
        assertThat(accepted.getFirst().link().credentials()).contains(credentials);
        assertThat(caller.link().credentials()).contains(credentials);
    }

    @Test
    void closingTheTransportEndsAttempts() {
        transport.hang(PLACE);
        connect();
        transport.close();
        loop.runReady();
        assertThat(failures).hasSize(1);
        assertThat(loop.timers()).isZero();
    }

    @Test
    void invalidSettingsAreRejected() {
        assertThatThrownBy(() -> transport.chunkBytes(0)).hasMessage("chunkBytes: 0 (expected: > 0)");
        assertThatThrownBy(() -> InMemoryTransport.threaded(0)).hasMessage("threads: 0 (expected: > 0)");
        assertThatThrownBy(() -> transport.connect(PLACE, ManualEventLoop.create(), OPTIONS, outcome))
                .hasMessage("loop: not one of this transport");
    }
}
