package io.heliograph.rpc;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.codec.Codec;
import io.heliograph.connection.Lane;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.PeerCredentials;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.helpers.NOPLogger;

/** Any message at all, as a text and as bytes: the answer, if there is one, is a message of the protocol, and nothing breaks. */
class RequestFuzzTest {

    private static final ServerCore CORE = core();

    private static ServerCore core() {
        ServerOptions options = new ServerOptions();
        options.dispatch = Dispatch.direct();
        options.exposeErrors = true;
        ServerCore core = new ServerCore(options, NOPLogger.NOP_LOGGER);
        core.attach(new Lane(options.dispatch, new HereAndNow()));
        Namespace root = core.namespaces.declared("/");
        root.register("echo", params -> params.value());
        root.register("sum", int[].class, numbers -> numbers[0] + numbers[1]);
        root.authenticate(Map.class, (login, caller) -> login.isEmpty());
        root.event("e");
        return core;
    }

    @FuzzTest(maxDuration = "60s")
    void anyMessageIsAnsweredOrNot(byte[] bytes) {
        Recorder link = new Recorder();
        ServerSession session = new ServerSession(CORE, link, "fuzz", null);
        session.enter("/");
        session.frame(link, Frame.of(bytes).asText());
        session.frame(link, Frame.of(bytes));
        for (Namespace namespace : CORE.namespaces.all()) {
            namespace.emit("e", 1);
        }
        session.closed(link, new CloseReason.Local());
        for (Frame sent : link.sent) {
            Codec codec = sent.isText() ? CORE.dialects.json.codec : CORE.dialects.msgpack.codec;
            Object answer = codec.decode(sent, Object.class);
            if (!(answer instanceof Map || answer instanceof List)) {
                throw new AssertionError("no message of the protocol: " + answer);
            }
        }
    }

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

    private static final class Recorder implements Link {

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
    }
}
