package io.heliograph.channel;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.Overflow;
import io.heliograph.frame.Frame;
import io.heliograph.frame.LengthPrefix;
import io.heliograph.testkit.InMemoryTransport;
import io.heliograph.testkit.ManualEventLoop;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is dropped by a host, and who is not, on a clock that the test turns. */
class HostRelayTest {

    private static final Address ADDRESS = new Address.Tcp("channel", 1);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final byte[] SENDER = new byte[Wire.SECRET_BYTES];
    private static final byte[] DEAF = "one who is deaf!".getBytes(US_ASCII);

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final InMemoryTransport transport = InMemoryTransport.on(loop).pipeBytes(1000);
    private final LinkOptions links = LinkOptions.of(LengthPrefix.FOUR_BYTES).withQueue(1 << 20, Overflow.CLOSE);
    private final Counters counters = new Counters();
    private final List<Throwable> errors = new ArrayList<>();
    private Duration stoodStill = Duration.ZERO;
    private RecordingHandler sender = new RecordingHandler();
    private RecordingHandler deaf = new RecordingHandler();

    /** A loop whose process may stand still: then time passes, and no timer runs in it. */
    private final class Stoppable implements EventLoop {

        @Override
        public boolean inLoop() {
            return loop.inLoop();
        }

        @Override
        public void execute(Runnable task) {
            loop.execute(task);
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            return loop.schedule(delay, task);
        }

        @Override
        public long nanoTime() {
            return loop.nanoTime() + stoodStill.toNanos();
        }
    }

    @BeforeEach
    void aMemberReadsNothingOfWhatAnotherHasSent() {
        HostRelay relay = new HostRelay(
                new Id(1, 1),
                new byte[0],
                new Stoppable(),
                MessageChannel.builder("m").stallTimeout(TIMEOUT),
                counters,
                errors::add);
        transport.listen(ADDRESS, loop, links, relay);
        loop.runReady();
        sender = join(SENDER);
        deaf = join(DEAF);
        deaf.link().reading(false);
        byte[] message = Wire.messageHead(Id.ofSecret(SENDER), Wire.KIND_MESSAGE, 0, new byte[5000]);
        Frame frame = Frame.of(message);
        Wire.putLong(frame, Wire.NUMBER, 1);
        Wire.putLong(frame, Wire.VIEW, 2);
        sender.link().send(frame);
        loop.runReady();
    }

    private RecordingHandler join(byte[] secret) {
        RecordingHandler handler = new RecordingHandler();
        transport.connect(ADDRESS, loop, links, new Transport.ConnectHandler() {
            @Override
            public LinkHandler connected(Link link) {
                link.send(Wire.hello(secret, 1, new byte[0]));
                return handler.on(link);
            }

            @Override
            public void failed(HeliographException cause) {
                throw cause;
            }
        });
        loop.runReady();
        return handler;
    }

    private boolean senderWasToldThatItStalled() {
        return sender.frames().contains(Wire.left(Id.ofSecret(DEAF), LeaveReason.STALLED));
    }

    @Test
    void whoReadsNothingForTheTimeoutIsDropped() {
        loop.advance(TIMEOUT.minusMillis(500));
        assertThat(senderWasToldThatItStalled()).isFalse();
        loop.advance(Duration.ofSeconds(2));
        assertThat(senderWasToldThatItStalled()).isTrue();
        assertThat(counters.read(0).drops()).containsEntry(DropReason.STALLED, 1L);
        assertThat(errors).hasSize(1);
        assertThat(errors.getFirst()).hasMessageContaining("it has read nothing for PT5S");
    }

    /** It was the host that was stopped: nobody could read anything meanwhile. */
    @Test
    void whileTheHostStandsStillNobodyStalls() {
        loop.advance(Duration.ofSeconds(1));
        stoodStill = Duration.ofSeconds(60);
        loop.advance(Duration.ofSeconds(1));
        assertThat(senderWasToldThatItStalled()).isFalse();
        assertThat(errors).isEmpty();
        loop.advance(TIMEOUT);
        assertThat(senderWasToldThatItStalled()).isTrue();
    }

    @Test
    void whoReadsInTimeIsNotDropped() {
        loop.advance(TIMEOUT.minusSeconds(1));
        deaf.link().reading(true);
        loop.advance(TIMEOUT.multipliedBy(2));
        assertThat(senderWasToldThatItStalled()).isFalse();
        assertThat(deaf.frames()).anyMatch(frame -> Wire.type(frame) == Wire.MESSAGE);
    }
}
