package io.heliograph.rpc;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.PeerCredentials;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A connection to nobody that keeps what is sent; what is given to its loop runs at once. */
final class FuzzLink implements Link {

    final List<Frame> sent = new ArrayList<>();
    private final EventLoop loop = new HereAndNow();

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public Address peer() {
        return new Address.Tcp("fuzz", 1);
    }

    @Override
    public Optional<PeerCredentials> credentials() {
        return Optional.empty();
    }

    @Override
    public boolean send(Frame frame) {
        return sent.add(frame);
    }

    @Override
    public long queuedBytes() {
        return 0;
    }

    @Override
    public void reading(boolean wanted) {}

    @Override
    public void end() {}

    @Override
    public void close(CloseReason reason) {}

    private static final class HereAndNow implements EventLoop {

        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            return () -> {};
        }

        @Override
        public long nanoTime() {
            return 0;
        }
    }
}
