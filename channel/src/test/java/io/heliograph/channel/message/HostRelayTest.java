package io.heliograph.channel.message;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.Overflow;
import io.heliograph.channel.LeaveReason;
import io.heliograph.channel.Rendezvous;
import io.heliograph.channel.SlowConsumer;
import io.heliograph.channel.election.ChannelDirectory;
import io.heliograph.endpoint.Counters;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.testkit.InMemoryTransport;
import io.heliograph.testkit.ManualEventLoop;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Detection of stalled members by a host, on a manual clock. */
class HostRelayTest {

    private static final Address ADDRESS = new Address.Tcp("channel", 1);
    private static final Address OTHER = new Address.Tcp("channel", 2);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ACK_TIMEOUT = Duration.ofSeconds(30);
    private static final byte[] SENDER = new byte[Wire.SECRET_BYTES];
    private static final byte[] SILENT = "silent-member-01".getBytes(US_ASCII);
    private static final byte[] STALLED = "stalled-member-1".getBytes(US_ASCII);

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final InMemoryTransport transport = InMemoryTransport.on(loop).pipeBytes(1000);
    private final LinkOptions links = LinkOptions.of(Framing.fourByteLength()).withQueue(1 << 20, Overflow.CLOSE);
    private final Counters counters = new Counters();
    private final List<Throwable> errors = new ArrayList<>();
    private MessageOptions options = options(ACK_TIMEOUT, EndpointOptions.DEFAULTS.maxQueuedBytes());
    private Duration suspended = Duration.ZERO;
    private RecordingHandler sender = new RecordingHandler();
    private RecordingHandler stalled = new RecordingHandler();

    private static MessageOptions options(Duration ackTimeout, int maxQueuedBytes) {
        EndpointOptions defaults = EndpointOptions.DEFAULTS;
        return new MessageOptions(
                new EndpointOptions(
                        defaults.dispatch(),
                        defaults.linger(),
                        defaults.maxMessageBytes(),
                        maxQueuedBytes,
                        defaults.maxPendingMessages(),
                        defaults.transport(),
                        defaults.loop(),
                        defaults.daemon(),
                        defaults.closeOnShutdown()),
                "m",
                new ChannelDirectory(Path.of("m"), false),
                Rendezvous.AUTOMATIC,
                SlowConsumer.CLOSE,
                TIMEOUT,
                ackTimeout,
                Duration.ofSeconds(15),
                Duration.ofSeconds(10),
                16 << 20,
                256,
                64 << 20,
                false);
    }

    /** An event loop whose process may be suspended: time passes, but timers do not run. */
    private final class SuspendableLoop implements EventLoop {

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
            return loop.nanoTime() + suspended.toNanos();
        }
    }

    @BeforeEach
    void stallMember() {
        stallMember(ADDRESS);
    }

    /** The sender and the further members read, and the stalled member does not read the message that follows. */
    private void stallMember(Address address, byte[]... others) {
        HostRelay relay =
                new HostRelay(new Id(1, 1), new byte[0], new SuspendableLoop(), options, counters, errors::add);
        transport.listen(address, loop, links, relay);
        loop.runReady();
        sender = join(address, SENDER);
        stalled = join(address, STALLED);
        for (byte[] other : others) {
            join(address, other);
        }
        stalled.link().reading(false);
        send(1, 2 + others.length);
    }

    private void send(long number, long view) {
        byte[] message = Wire.messageHead(Id.ofSecret(SENDER), Wire.KIND_MESSAGE, 0, new byte[5000]);
        Frame frame = Frame.of(message);
        Wire.putLong(frame, Wire.NUMBER, number);
        Wire.putLong(frame, Wire.VIEW, view);
        sender.link().send(frame);
        loop.runReady();
    }

    private RecordingHandler join(Address address, byte[] secret) {
        RecordingHandler handler = new RecordingHandler();
        transport.connect(address, loop, links, new Transport.ConnectHandler() {
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

    private boolean isDropped() {
        return isDropped(STALLED);
    }

    private boolean isDropped(byte[] secret) {
        return sender.frames().contains(Wire.left(Id.ofSecret(secret), LeaveReason.STALLED));
    }

    @Test
    void stalledMemberIsDroppedAfterTimeout() {
        loop.advance(TIMEOUT.minusMillis(500));
        assertThat(isDropped()).isFalse();
        loop.advance(Duration.ofSeconds(2));
        assertThat(isDropped()).isTrue();
        assertThat(counters.read(0).drops()).containsEntry(DropReason.STALLED, 1L);
        assertThat(errors).hasSize(1);
        assertThat(errors.getFirst()).hasMessageContaining("it has read nothing for PT5S");
    }

    @Test
    void suspendedHostDropsNoMember() {
        loop.advance(Duration.ofSeconds(1));
        suspended = Duration.ofSeconds(60);
        loop.advance(Duration.ofSeconds(1));
        assertThat(isDropped()).isFalse();
        assertThat(errors).isEmpty();
        loop.advance(TIMEOUT);
        assertThat(isDropped()).isTrue();
    }

    @Test
    void memberThatResumesInTimeIsNotDropped() {
        loop.advance(TIMEOUT.minusSeconds(1));
        stalled.link().reading(true);
        loop.advance(TIMEOUT.multipliedBy(2));
        assertThat(isDropped()).isFalse();
        assertThat(stalled.frames()).anyMatch(frame -> Wire.type(frame) == Wire.MESSAGE);
    }

    private void readAll() {
        stalled.link().reading(true);
        loop.advance(Duration.ofSeconds(1));
    }

    @Test
    void memberThatAcknowledgesNothingIsDroppedAfterTimeout() {
        readAll();
        loop.advance(ACK_TIMEOUT.minusSeconds(1));
        assertThat(isDropped()).isFalse();
        loop.advance(Duration.ofSeconds(2));
        assertThat(isDropped()).isTrue();
        assertThat(errors).hasSize(1);
        assertThat(errors.getFirst()).hasMessageContaining("it has not acknowledged messages for PT30S");
    }

    @Test
    void memberThatAcknowledgesIsNotDropped() {
        readAll();
        loop.advance(ACK_TIMEOUT.minusSeconds(1));
        stalled.link().send(Wire.ack(Id.ofSecret(STALLED), Id.ofSecret(SENDER), 1));
        loop.advance(ACK_TIMEOUT.multipliedBy(2));
        assertThat(isDropped()).isFalse();
    }

    @Test
    void suspendedHostAwaitsAcknowledgementsAgain() {
        readAll();
        loop.advance(ACK_TIMEOUT.minusSeconds(1));
        suspended = Duration.ofSeconds(60);
        loop.advance(ACK_TIMEOUT.minusSeconds(1));
        assertThat(isDropped()).isFalse();
        loop.advance(Duration.ofSeconds(2));
        assertThat(isDropped()).isTrue();
    }

    @Test
    void unwrittenMessagesAreNotAwaited() {
        options = options(Duration.ofSeconds(2), 1 << 20);
        stallMember(OTHER);
        loop.advance(TIMEOUT.minusSeconds(1));
        assertThat(isDropped()).isFalse();
        stalled.link().reading(true);
        loop.advance(Duration.ofMillis(1500));
        assertThat(isDropped()).isFalse();
        loop.advance(Duration.ofSeconds(3));
        assertThat(isDropped()).isTrue();
        assertThat(errors.getLast()).hasMessageContaining("it has not acknowledged messages for PT2S");
    }

    @Test
    void acknowledgementsAreNotAwaitedWhileAnotherMemberIsSlow() {
        options = options(Duration.ofSeconds(2), 4000);
        stallMember(OTHER, SILENT);
        loop.advance(TIMEOUT.minusSeconds(1));
        assertThat(isDropped(STALLED)).isFalse();
        assertThat(isDropped(SILENT)).isFalse();
        loop.advance(Duration.ofSeconds(2));
        assertThat(isDropped(STALLED)).isTrue();
        assertThat(isDropped(SILENT)).isFalse();
        loop.advance(Duration.ofSeconds(3));
        assertThat(isDropped(SILENT)).isTrue();
    }

    @Test
    void connectionDuringSlowMemberIsReadAfterwards() {
        options = options(ACK_TIMEOUT, 4000);
        stallMember(OTHER);
        RecordingHandler late = join(OTHER, SILENT);
        assertThat(late.frames()).isEmpty();
        stalled.link().reading(true);
        loop.runReady();
        assertThat(late.frames()).isNotEmpty();
    }
}
