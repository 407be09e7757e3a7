package io.heliograph.server.hub;

import io.heliograph.Dispatch;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.exchange.ChannelPattern;
import io.heliograph.exchange.Engine;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.http.AllowedHosts;
import io.heliograph.http.Origins;
import io.heliograph.server.Authority;
import io.heliograph.server.Principal;
import io.heliograph.server.Rule;
import io.heliograph.testkit.ManualEventLoop;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Hub without listeners, on one event loop that the test runs, with peers that record what they are asked to do. */
final class TestHub implements AutoCloseable {

    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    final ManualEventLoop loop = ManualEventLoop.create();
    final List<Throwable> failures = new ArrayList<>();
    final Engine engine = Engine.inMemory(channel -> HistoryLimits.of(10, Duration.ofMinutes(1)));
    final HubCore core;

    private TestHub(@Nullable Authority authority, int maxActiveCalls) {
        SerialExecutor executor = new SerialExecutor(Dispatch.direct(), loop);
        ErrorNotifier errors = new ErrorNotifier("test", executor, new Counters());
        errors.on(failures::add);
        HubOptions options = options(List.of(), engine, authority, maxActiveCalls);
        core = new HubCore(options, errors, executor, () -> START.plusNanos(loop.nanoTime()));
    }

    /** Options of a hub with listeners. */
    static HubOptions options(List<ListenerOptions> listeners) {
        return options(listeners, Engine.inMemory(channel -> HistoryLimits.none()), null, 1024);
    }

    private static HubOptions options(
            List<ListenerOptions> listeners, Engine engine, @Nullable Authority authority, int maxActiveCalls) {
        return new HubOptions(
                listeners,
                engine,
                authority,
                null,
                List.of("0123456789abcdef0123456789abcdef"),
                Duration.ofDays(1),
                Duration.ZERO,
                false,
                null,
                Origins.sameOrigin(),
                AllowedHosts.loopback(),
                Map.of(),
                web -> {},
                true,
                List.of(ChannelPattern.of("room/**")),
                Dispatch.direct(),
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                maxActiveCalls,
                1 << 20,
                null,
                true,
                false,
                false);
    }

    static TestHub withDefaults() {
        return new TestHub(null, 1024);
    }

    static TestHub with(Authority authority) {
        return new TestHub(authority, 1024);
    }

    static TestHub withMaxActiveCalls(int limit) {
        return new TestHub(null, limit);
    }

    /** Connects at a loopback address, anonymously. */
    TestPeer connect() {
        return connect("tcp://127.0.0.1:0", Principal.anonymous());
    }

    TestPeer connect(String url, Principal principal, Rule... rules) {
        return connect("socket", url, principal, rules);
    }

    TestPeer connect(String protocol, String url, Principal principal, Rule... rules) {
        ListenerOptions options = new ListenerOptions(protocol, url, List.of(rules), true, false, (hub, listener) -> {
            throw new AssertionError("no binding");
        });
        TestPeer peer = new TestPeer(loop);
        peer.connection = core.connect(new HubListener(options), peer, "tcp://127.0.0.1:1", principal);
        run(() -> peer.connection.admit(() -> peer.events.add("admitted")));
        return peer;
    }

    /** Runs a task on the event loop, and everything that follows from it. */
    void run(Runnable task) {
        loop.execute(task);
        loop.runReady();
    }

    @Override
    public void close() {
        core.exchange().close();
        engine.close();
    }

    /** Records what the hub does to a connection. */
    static final class TestPeer implements HubPeer {

        final List<String> events = new ArrayList<>();
        private final EventLoop loop;
        HubConnection connection;

        @SuppressWarnings("NullAway.Init") // connected by the hub
        TestPeer(EventLoop loop) {
            this.loop = loop;
        }

        @Override
        public EventLoop loop() {
            return loop;
        }

        @Override
        public void send(String name, Payload data) {
            events.add("send " + name + " " + data.text());
        }

        @Override
        public void kickOut(String channel, String reason) {
            events.add("kickOut " + channel + ": " + reason);
        }

        @Override
        public void close(String reason) {
            events.add("close: " + reason);
        }

        @Override
        public void end(ReconnectHint hint) {
            events.add("end " + hint.delay());
        }

        @Override
        public void authenticated(Principal principal) {
            events.add("authenticated " + principal);
        }

        @Override
        public void presence(PresenceChange change) {
            events.add((change.joined() ? "joined " : "left ")
                    + change.channel()
                    + " "
                    + change.member().get("user"));
        }
    }
}
