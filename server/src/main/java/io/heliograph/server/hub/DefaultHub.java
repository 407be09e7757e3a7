package io.heliograph.server.hub;

import io.heliograph.CloseReason;
import io.heliograph.EndpointStats;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.exchange.Engine;
import io.heliograph.exchange.Exchange;
import io.heliograph.exchange.control.Command;
import io.heliograph.exchange.presence.Presence;
import io.heliograph.internal.Failures;
import io.heliograph.server.Connection;
import io.heliograph.server.Disconnection;
import io.heliograph.server.Drain;
import io.heliograph.server.Hub;
import io.heliograph.server.Listener;
import io.heliograph.server.Procedure;
import io.heliograph.server.stats.ConnectionEnd;
import io.heliograph.server.stats.ConnectionStats;
import io.heliograph.server.stats.HubStats;
import io.heliograph.server.stats.ListenerStats;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hub: starts and closes its listeners, and executes the commands of all nodes. */
public final class DefaultHub implements Hub {

    private static final Logger log = LoggerFactory.getLogger(Hub.class);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(2);

    private record Bound(HubListener listener, Binding binding) {}

    private final HubOptions options;
    private final Counters counters = new Counters();
    private final EndpointLifecycle lifecycle;
    private final HubCore core;
    private final List<HubListener> configured;
    private final ProgramConnection program;
    private volatile List<Bound> created = List.of();
    private volatile List<Bound> bound = List.of();
    private final Set<Bound> failed = ConcurrentHashMap.newKeySet();
    private @Nullable Subscription commands;
    private volatile @Nullable HubDrain draining;

    public DefaultHub(HubOptions options) {
        this.options = options;
        this.configured = options.listeners().stream().map(HubListener::new).toList();
        StartChecks.check(options, configured);
        this.lifecycle = new EndpointLifecycle(
                new Role(),
                EndpointLifecycle.Restart.NEVER,
                Hub.class.getName(),
                options.endpoint(CLOSE_TIMEOUT),
                counters);
        this.core = new HubCore(options, lifecycle.errors(), lifecycle.executor(), InstantSource.system());
        core.statistics().listeners(this::listenerStats);
        this.program = new ProgramConnection(core, lifecycle);
    }

    @Override
    public CompletableFuture<Void> start() {
        return lifecycle.listen();
    }

    private final class Role implements EndpointLifecycle.Role {

        @Override
        public void begin(Transport transport, EventLoop loop) {
            core.transport(transport);
            commands = options.engine().control().onCommand(new Commands(core)::execute);
            core.revocations()
                    .load()
                    .thenComposeAsync(loaded -> open(), loop)
                    .thenCompose(all -> core.webServers().listen())
                    .thenRun(this::opened)
                    .whenComplete((all, failure) -> {
                        if (failure != null) {
                            failed(Failures.unwrap(failure));
                        }
                    });
        }

        private CompletableFuture<Void> open() {
            created = create();
            return CompletableFuture.allOf(
                    created.stream().map(DefaultHub.this::listen).toArray(CompletableFuture[]::new));
        }

        private void opened() {
            bound = created.stream().filter(each -> !failed.contains(each)).toList();
            bound.forEach(each -> each.listener.bound(each.binding::url));
            core.health().watch(core.transport());
            core.ready(true);
            lifecycle.executor().execute(lifecycle::started);
        }

        private void failed(Throwable failure) {
            end(Duration.ZERO).whenComplete((done, ignored) -> {
                endEngine();
                lifecycle.failStart(failure);
            });
        }

        @Override
        public CompletableFuture<Void> drain(Duration timeout) {
            return end(timeout);
        }

        @Override
        public void shutdown(Duration timeout) {
            end(timeout)
                    .thenCompose(ended -> drainEngine())
                    .whenComplete((done, failure) -> lifecycle.finish(new CloseReason.Local()));
        }

        @Override
        public void ended() {
            endEngine();
        }

        @Override
        public String toString() {
            return "hub";
        }
    }

    private List<Bound> create() {
        List<Bound> created = new ArrayList<>();
        for (int i = 0; i < configured.size(); i++) {
            HubListener listener = configured.get(i);
            created.add(new Bound(listener, options.listeners().get(i).binding().create(core, listener)));
        }
        return created;
    }

    private CompletableFuture<Void> listen(Bound each) {
        CompletableFuture<Void> listening;
        try {
            listening = each.binding.listen();
        } catch (RuntimeException failure) {
            listening = CompletableFuture.failedFuture(failure);
        }
        if (!each.listener.isOptional()) {
            return listening;
        }
        return listening.exceptionally(failure -> {
            log.warn(
                    "Optional listener failed: protocol={} url={} cause={}",
                    each.listener.protocol(),
                    each.listener.configuredUrl(),
                    Failures.unwrap(failure).getMessage());
            failed.add(each);
            return null;
        });
    }

    /**
     * Closes RPC listeners last: their npm clients give up soon after the server is unavailable. The management listener shows the end of
     * the others.
     */
    private CompletableFuture<Void> end(Duration timeout) {
        core.ready(false);
        return end(timeout, each -> !each.protocol().equals("rpc") && !each.isManagement())
                .thenCompose(others -> end(timeout, each -> each.protocol().equals("rpc")))
                .thenCompose(all -> core.webServers().closeGracefully(timeout))
                .thenCompose(all -> end(timeout, HubListener::isManagement));
    }

    private CompletableFuture<Void> end(Duration timeout, Predicate<HubListener> which) {
        return CompletableFuture.allOf(created.stream()
                .filter(each -> which.test(each.listener))
                .map(each -> end(each, timeout))
                .toArray(CompletableFuture[]::new));
    }

    /** Closes a listener. A failure is reported and does not keep the other listeners open. */
    private CompletableFuture<Void> end(Bound each, Duration timeout) {
        CompletableFuture<Void> closed;
        try {
            closed = each.binding.closeGracefully(timeout);
        } catch (RuntimeException failure) {
            closed = CompletableFuture.failedFuture(failure);
        }
        return closed.exceptionally(failure -> {
            core.report(failure);
            return null;
        });
    }

    /** Flushes the engine and leaves the other nodes, within {@link #DRAIN_TIMEOUT}. */
    private CompletableFuture<Void> drainEngine() {
        return options.engine()
                .drain()
                .completeOnTimeout(null, DRAIN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> {
                    core.report(failure);
                    return null;
                });
    }

    private void endEngine() {
        core.health().end();
        Subscription executing = commands;
        if (executing != null) {
            executing.close();
        }
        core.exchange().close();
        options.engine().close();
    }

    @Override
    public boolean isReady() {
        return core.isReady();
    }

    @Override
    public List<Listener> listeners() {
        return bound.stream()
                .map(each -> new Listener(each.listener.protocol(), each.listener.url()))
                .toList();
    }

    // ---- channels and procedures

    HubCore core() {
        return core;
    }

    public Engine engine() {
        return options.engine();
    }

    @Override
    public Exchange exchange() {
        return core.exchange();
    }

    @Override
    public CompletableFuture<List<Presence.Member>> presence(String channel) {
        return options.engine().presence().members(channel);
    }

    @Override
    public <T> Subscription procedure(String name, Class<T> type, Procedure<? super T> procedure) {
        return core.procedures().register(name, type, procedure);
    }

    @Override
    public <T> Subscription procedures(String prefix, Class<T> type, T service) {
        return core.procedures().registerAll(prefix, type, service);
    }

    @Override
    public CompletableFuture<@Nullable Object> call(String procedure, @Nullable Object argument) {
        Payload payload = argument instanceof Payload given ? given : Payload.ofValue(core.codec(), argument);
        return program.call(procedure, payload);
    }

    // ---- connections

    @Override
    public Collection<Connection> connections() {
        return List.copyOf(core.connections());
    }

    @Override
    public Optional<Connection> connection(String id) {
        return Optional.ofNullable(core.connection(id));
    }

    @Override
    public CompletableFuture<Integer> kickOut(String channel, Command.Target target, String reason) {
        return options.engine().control().send(new Command.KickOut(channel, target, reason));
    }

    @Override
    public CompletableFuture<Integer> disconnect(Command.Target target, String reason) {
        return options.engine().control().send(new Command.Disconnect(target, 0, reason));
    }

    @Override
    public CompletableFuture<Integer> revoke(Command.Target target, Instant until) {
        return options.engine().control().send(new Command.Revoke(target, core.now(), until));
    }

    @Override
    public String signToken(Map<String, Object> claims) {
        return core.tokens().sign(claims);
    }

    @Override
    public void authKeys(String... keys) {
        core.tokens().replace(List.of(keys));
    }

    /**
     * Takes over the options that can change; see {@link io.heliograph.server.HubBuilder#reload}.
     *
     * @throws IllegalArgumentException if an option is invalid; then nothing changes
     */
    public void reload(HubOptions next) {
        HubOptions reloaded = core.options().reloaded(next);
        try {
            StartChecks.check(reloaded, configured);
        } catch (IllegalStateException unsafe) {
            throw new IllegalArgumentException(unsafe.getMessage(), unsafe);
        }
        core.reload(reloaded);
    }

    // ---- events

    @Override
    public Subscription onConnection(Consumer<? super Connection> listener) {
        return core.onConnection().on(listener);
    }

    @Override
    public Subscription onDisconnection(Consumer<? super Disconnection> listener) {
        return core.onDisconnection().on(listener);
    }

    @Override
    public Subscription onError(Consumer<? super Throwable> listener) {
        return lifecycle.errors().on(listener);
    }

    @Override
    public void command(String name, Function<? super Map<String, Object>, ? extends CompletableFuture<?>> action) {
        core.managementCommands().add(name, action::apply);
    }

    // ---- end

    @Override
    public CompletableFuture<Drain.Result> drain(Drain plan) {
        HubDrain mine;
        synchronized (this) {
            mine = draining;
            if (mine == null && lifecycle.isRunning()) {
                mine = start(plan);
                draining = mine;
            }
        }
        if (mine == null) {
            lifecycle.closeGracefully(plan.grace());
            return lifecycle.closed().thenApply(done -> new Drain.Result(0, 0));
        }
        return lifecycle
                .closed()
                .thenApply(done -> Objects.requireNonNull(draining).result());
    }

    private HubDrain start(Drain plan) {
        EventLoop loop = lifecycle.loop();
        HubDrain drain = new HubDrain(
                core,
                loop,
                plan,
                this::stopListening,
                () -> lifecycle.closeGracefully(plan.grace()),
                RandomGenerator.getDefault());
        loop.executeOrRun(() -> core.drain(drain));
        return drain;
    }

    private CompletableFuture<Void> stopListening() {
        return CompletableFuture.allOf(Stream.concat(
                        Stream.of(core.webServers().stopListening()),
                        bound.stream().map(each -> each.binding.stopListening()))
                .toArray(CompletableFuture[]::new));
    }

    /** {@inheritDoc} The time-out is 5 s. */
    @Override
    public void close() {
        lifecycle.close(CLOSE_TIMEOUT);
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        return lifecycle.closeGracefully(timeout);
    }

    @Override
    public CompletableFuture<Void> closed() {
        return lifecycle.closed();
    }

    /** {@inheritDoc} The sums of all listeners, without that of the management. */
    @Override
    public EndpointStats stats() {
        List<ListenerStats> all = new ArrayList<>(listenerStats());
        all.add(new ListenerStats("hub", "", counters.read(0), Map.of()));
        return HubStats.total(all, Map.of());
    }

    @Override
    public HubStats snapshot() {
        return core.statistics().snapshot();
    }

    private List<ListenerStats> listenerStats() {
        return bound.stream()
                .filter(each -> !each.listener.isManagement())
                .map(each -> new ListenerStats(
                        each.listener.protocol(),
                        each.listener.url(),
                        each.binding.stats(),
                        core.counters().ended(each.listener)))
                .toList();
    }

    @Override
    public List<ConnectionStats> connectionStats() {
        return core.statistics().connections();
    }

    @Override
    public List<ConnectionEnd> recentEnds() {
        return core.statistics().ends();
    }
}
