package io.heliograph.realtime.session;

import io.heliograph.Dispatch;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.testkit.ManualEventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Session without a connection: records sent packets and delivers them to the other session, if any. */
final class TestPeerSession extends PeerSession {

    /** Direct dispatch without the watchdog, which reports a busy machine. */
    static final Dispatch DIRECT = Dispatch.direct(Duration.ofMinutes(10), blocked -> {});

    final List<String> sent = new ArrayList<>();
    final List<Throwable> errors = new ArrayList<>();
    final List<String> raw = new ArrayList<>();
    private final PacketCodec.Reader reader = packets.reader();

    @Nullable
    TestPeerSession other;

    TestPeerSession(ManualEventLoop loop) {
        this(loop, 16);
    }

    TestPeerSession(ManualEventLoop loop, int streamCapacity) {
        super(
                loop,
                new SerialExecutor(DIRECT, loop),
                PacketCodec.of(RealtimeCodec.json(), 100),
                new SessionSettings(
                        DIRECT,
                        Duration.ofSeconds(10),
                        Duration.ofMillis(50),
                        100,
                        streamCapacity,
                        Long.MAX_VALUE,
                        false));
    }

    @Override
    public boolean submit(Outgoing outgoing) {
        Frame frame = outgoing.frame();
        onLoop(() -> {
            if (outgoing.await()) {
                sendOrCollect(frame);
            }
        });
        return true;
    }

    @Override
    public boolean sendPacket(Frame message) {
        sent.add(message.utf8());
        if (other != null) {
            other.arrived(message);
        }
        return true;
    }

    @Override
    public void report(Throwable error) {
        errors.add(error);
    }

    void arrived(String message) {
        arrived(Frame.utf8(message));
    }

    void arrived(Frame message) {
        reader.read(message, new PacketCodec.Sink() {
            @Override
            public boolean event(String event, @Nullable String cid, Payload data) {
                if (cid == null) {
                    receive(event, data);
                } else {
                    request(newRequest(event, cid, data));
                }
                return true;
            }

            @Override
            public boolean response(String rid, Payload data, Payload error) {
                settle(rid, data, error);
                return true;
            }

            @Override
            public boolean raw() {
                raw.add(message.utf8());
                return true;
            }
        });
    }
}
