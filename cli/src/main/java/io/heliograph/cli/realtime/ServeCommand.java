package io.heliograph.cli.realtime;

import io.heliograph.Address;
import io.heliograph.Endpoint;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BindFailure;
import io.heliograph.cli.option.ConfigOptions;
import io.heliograph.cli.option.EventCommand;
import io.heliograph.cli.option.PacketOptions;
import io.heliograph.cli.option.ServerOptions;
import io.heliograph.http.AllowedHosts;
import io.heliograph.http.HttpRequest;
import io.heliograph.internal.Printable;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.StreamCleanup;
import io.heliograph.server.Drain;
import io.heliograph.server.Hub;
import io.heliograph.server.HubBuilder;
import io.heliograph.server.Listener;
import io.heliograph.server.Protocols;
import io.heliograph.server.config.HubConfig;
import io.heliograph.tls.ServerTls;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code helio serve}: a hub for clients of SocketCluster, RPC and IPC. */
@Command(
        name = "serve",
        description = {
            "Serves SocketCluster clients, RPC clients at /rpc and the HTTP API at /api of the same port, and IPC clients"
                    + " at a socket file; prints events, one JSON object per line. All share channels and procedures.",
            "",
            "Listens on this machine only. Another --host needs an authentication key, and then only authenticated clients"
                    + " publish; --allow-anonymous lets everyone publish.",
            "",
            "SIGINT (Ctrl-C) and SIGTERM drain the server and exit with 0: running calls are answered, and connections are"
                    + " closed as --drain-mode selects. A second signal ends at once. SIGHUP reads the configuration,"
                    + " certificates and keys again.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio serve --demo",
            "  helio serve --host 0.0.0.0 --auth-key-file key.txt --origin https://example.com",
            "  helio serve --cert server.p12 --password-file secret.txt",
            "  helio serve --config helio.yaml --set limits.max-connections=20000",
            "  helio serve --engine redis://localhost:6379",
            "  helio serve --port 0"
        })
public final class ServeCommand extends EventCommand {

    /** Maximum length of the path and the origin of a client in an event, in characters. */
    private static final int MAX_PATH = 200;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ServerOptions options;

    @Option(
            order = 1,
            names = "--path",
            paramLabel = "PATH",
            defaultValue = "/socketcluster/",
            description = "Path of the WebSocket of SocketCluster (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String path;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    PacketOptions packets;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    AuthKeyOptions authKey;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ConfigOptions configuration;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    DrainOptions drain;

    @Option(
            order = 4,
            names = "--print-config",
            description = "Prints each key of the configuration with its value and its source, and ends.")
    boolean printConfig;

    @Option(
            order = 0,
            names = "--demo",
            description =
                    "Serves a page at /, and to every protocol the procedures echo, sum, sleep, time, fail, login and log,"
                            + " and the channels chat, ticks and members.")
    boolean demo;

    @Option(
            order = 4,
            names = "--socket",
            paramLabel = "FILE",
            description =
                    "Socket file of IPC clients (default: helio.sock in $XDG_RUNTIME_DIR, else in helio-UID of the"
                            + " directory for temporary files; not if another server listens there).")
    @Nullable
    Path socket;

    @Option(
            order = 4,
            names = "--engine",
            paramLabel = "URL",
            description =
                    "Engine that several servers share, such as redis://HOST:PORT (default: in memory). Its password is"
                            + " engine.password of the configuration, or the variable HELIO_ENGINE_PASSWORD.")
    @Nullable
    String engine;

    @Option(order = 4, names = "--no-socket", description = "Serves no IPC clients.")
    boolean noSocket;

    /** Whether all listeners are open. Until then the only failure is that of the command itself. */
    private volatile boolean started;

    /** Plan of the drain, which a reload may change. */
    private volatile Drain plan = Drain.of(Drain.Mode.RESTART);

    /** Socket file that is not used because another server listens there. */
    private @Nullable Path skipped;

    public ServeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) {
        ServerTls tls = build(options::load);
        HubConfig config = load();
        if (printConfig) {
            terminal.out().add(config.report());
            return;
        }
        boolean ownListeners = config.has("listen");
        if (!ownListeners) {
            boolean authenticated =
                    config.has("auth.keys") || config.text("allow-anonymous").equals(Optional.of("true"));
            build(() -> {
                options.web(tls, authenticated && !demo, "--auth-key-file").close();
                RealtimeServer.Builder checked = RealtimeServer.builder().path(path);
                configure(checked);
                checked.build().close();
                return true;
            });
        }
        boolean loginToPublish = !options.host.allowsAnonymous() && !options.host.isLoopback();
        ServePermissions permissions = new ServePermissions(loginToPublish);
        HubDemo served = demo ? new HubDemo(printer, permissions) : null;
        Path socket = ownListeners ? null : socket(config.text("reuse-port").equals(Optional.of("true")));
        Hub hub = build(() -> hub(config, tls, socket, served, permissions, server -> print(server, printer)));
        print(hub, ownListeners, printer);
        if (served != null) {
            served.register(hub);
        }
        plan = config.drain();
        AtomicReference<HubConfig> running = new AtomicReference<>(config);
        OperatorCommands commands = new OperatorCommands(() -> reload(hub, running, tls, served, permissions), printer);
        commands.addTo(hub, values -> drain(running.get(), values));
        terminal.onHangup().accept(commands::reload);
        try {
            operate(
                    printer,
                    plan.grace(),
                    () -> thenServe(hub.start(), () -> started(hub, served, printer)),
                    failure -> failure(failure, socket),
                    hub);
        } finally {
            if (served != null) {
                served.close();
            }
        }
    }

    /** {@inheritDoc} A signal drains the hub. */
    @Override
    protected CompletableFuture<?> end(Endpoint endpoint, Duration grace, EventPrinter printer) {
        return started && endpoint instanceof Hub hub && terminal.interrupted().isDone()
                ? DrainEvents.drain(hub, plan, printer)
                : super.end(endpoint, grace, printer);
    }

    /** Reads the configuration, with the options of this command that are keys. */
    private HubConfig load() {
        HubConfig.Sources sources = configuration.sources(spec);
        build(options::origins);
        build(() -> AllowedHosts.of(options.allowedHosts()));
        if (!options.originNames().isEmpty()) {
            sources.set("origins", String.join(",", options.originNames()), "--origin");
        }
        if (options.allowedHosts().length > 0) {
            sources.set("hosts", String.join(",", options.allowedHosts()), "--allow-host");
        }
        if (engine != null) {
            sources.set("engine.url", engine, "--engine");
        }
        if (options.host.allowsAnonymous()) {
            sources.set("allow-anonymous", "true", "--allow-anonymous");
        }
        drain.addTo(sources);
        if (spec.commandLine().getParseResult().hasMatchedOption("--grace")) {
            sources.set("drain.grace", options.grace.duration.toMillis() + "ms", "--grace");
        }
        build(() -> {
            authKey.addTo(sources, spec);
            return true;
        });
        HubConfig config = sources.load();
        for (String option : List.of("--port", "--host", "--path", "--socket")) {
            if (config.has("listen") && spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new ParameterException(
                        spec.commandLine(),
                        option + ": the configuration names the listeners (expected: " + option
                                + " or listen, not both)");
            }
        }
        return config;
    }

    /** Prints a line for each listener. */
    private void started(Hub hub, @Nullable HubDemo served, EventPrinter printer) {
        started = true;
        String page = null;
        for (Listener listener : hub.listeners()) {
            if (listener.protocol().equals("http")) {
                continue; // the same port
            }
            URI url = URI.create(listener.url());
            boolean web = url.getScheme().startsWith("ws") && url.getAuthority() != null;
            if (web && page == null) {
                page = url(url.getScheme().replace("ws", "http"), url.getPort()) + "/";
            }
            String shown = web && url.getHost().equals(options.host.address())
                    ? url(url.getScheme(), url.getPort()) + url.getPath()
                    : listener.url();
            printer.print(
                    Event.of("listening").text("protocol", listener.protocol()).text("url", shown));
        }
        if (skipped != null) {
            printer.print(Event.of("skipped")
                    .text("protocol", "ipc")
                    .text("url", "unix:" + skipped)
                    .text("reason", "another server listens there; --socket names another file"));
        }
        if (served != null) {
            served.start(hub);
            if (page != null) {
                printer.print(Event.of("page").text("url", page));
            }
        }
    }

    private String url(String scheme, int port) {
        return options.host.url(scheme, port);
    }

    /** Returns the path of the socket file, or null without one. */
    private @Nullable Path socket(boolean takesOver) {
        if (noSocket) {
            return null;
        }
        if (socket != null) {
            return socket.toAbsolutePath();
        }
        Path path = RuntimeSocket.path(System.getenv());
        if (!takesOver && RuntimeSocket.isLive(path)) {
            skipped = path;
            return null;
        }
        return path;
    }

    private Hub hub(
            HubConfig config,
            @Nullable ServerTls tls,
            @Nullable Path socketFile,
            @Nullable HubDemo served,
            ServePermissions permissions,
            Consumer<RealtimeServer> onRealtime) {
        HubBuilder builder = options(config, tls, served, permissions);
        if (!config.has("listen")) {
            addListeners(builder, tls != null || config.has("tls.certificate"), socketFile, onRealtime);
        }
        DefaultManagement.addTo(builder, config, options.port);
        if (served != null) {
            builder.publicationFilter(served).serve("/*", new ChatPages());
            if (!config.has("presence")) {
                builder.presence(HubDemo.CHAT, HubDemo.MEMBERS);
            }
        }
        try {
            return builder.build();
        } catch (IllegalStateException unsafe) {
            throw new IllegalArgumentException(unsafe.getMessage(), unsafe);
        }
    }

    /** Returns the options that can change while the hub runs, and those of the configuration. */
    private static HubBuilder options(
            HubConfig config, @Nullable ServerTls tls, @Nullable HubDemo served, ServePermissions permissions) {
        HubBuilder builder = config.applyTo(Hub.builder());
        if (tls != null) {
            builder.tls(tls);
        }
        if (!config.has("permissions") && served != null) {
            builder.authority(served);
        } else if (!config.has("permissions") && !config.has("listen")) {
            builder.authority(permissions);
        }
        return builder;
    }

    /** Reads all sources again. A failure leaves everything as it is. */
    private HubConfig.Changes reload(
            Hub hub,
            AtomicReference<HubConfig> running,
            @Nullable ServerTls tls,
            @Nullable HubDemo served,
            ServePermissions permissions) {
        HubConfig next = load();
        ServerTls nextTls = tls == null ? null : options.load();
        HubBuilder builder = options(next, nextTls, served, permissions);
        authKey.name(() -> builder.reload(hub));
        plan = next.drain();
        return running.getAndSet(next).changes(next);
    }

    /** Begins a drain as a signal does. */
    private Drain drain(HubConfig config, Map<String, Object> values) {
        plan = config.drain(values);
        terminal.interrupted().complete(null);
        return plan;
    }

    /** Adds the listeners of a hub whose configuration has none. */
    private void addListeners(
            HubBuilder builder, boolean secure, @Nullable Path socketFile, Consumer<RealtimeServer> onRealtime) {
        String address = new Address.Tcp(options.host.address(), options.port).url(secure ? "wss" : "ws");
        builder.listen(
                        address + path,
                        Protocols.socketCluster().configure(this::configure).server(onRealtime))
                .listen(address + "/rpc", Protocols.rpc());
        if (socketFile != null) {
            builder.listen("unix:" + socketFile, Protocols.ipc());
        }
        builder.listen(address.replaceFirst("ws", "http") + "/api", Protocols.http());
    }

    private void configure(RealtimeServer.Builder builder) {
        builder.protocolVersion(packets.protocol)
                .socketStreamCleanupMode(StreamCleanup.CLOSE)
                .codec(packets.codec.codec());
    }

    private static CommandFailure failure(Throwable failure, @Nullable Path socketFile) {
        String message = Event.messageOf(failure);
        return socketFile != null && message.contains(socketFile.toString())
                ? new CommandFailure(message + ". Choose another file with --socket, or use --no-socket.")
                : BindFailure.of(failure, "--port");
    }

    /** @param all whether connections of SocketCluster have no events of their own */
    private void print(Hub hub, boolean all, EventPrinter printer) {
        hub.onError(failure -> {
            if (started) {
                printer.print(Event.failure("error", failure));
            }
        });
        hub.onConnection(connection -> {
            if (all || !connection.protocol().equals("socketcluster")) {
                printer.print(Event.of("connection")
                        .text("id", connection.id())
                        .text("protocol", connection.protocol())
                        .text("peer", connection.remoteAddress()));
            }
        });
        hub.onDisconnection(end -> {
            if (all || !end.connection().protocol().equals("socketcluster")) {
                printer.print(Event.of("disconnection")
                        .text("reason", end.reason())
                        .text("id", end.connection().id())
                        .text("protocol", end.connection().protocol()));
            }
        });
    }

    private static void print(RealtimeServer server, EventPrinter printer) {
        server.on(
                ServerEvent.Connection.class,
                event -> printer.print(Event.of("connection")
                        .text("id", event.id())
                        .text("protocol", "socketcluster")
                        .text("peer", event.socket().request().peer().toString())));
        server.on(
                ServerEvent.Disconnection.class,
                event -> printer.print(Event.closed("disconnection", event.code(), event.reason())
                        .text("id", event.socket().id())
                        .text("protocol", "socketcluster")));
        server.on(
                ServerEvent.Warning.class,
                event -> printer.print(
                        client(Event.failure("warning", event.warning()), event.socket(), event.request())));
        server.on(ServerEvent.Failure.class, event -> printer.print(Event.failure("error", event.error())));
    }

    /** Adds the client of a warning, as far as it is known. */
    private static Event client(Event event, @Nullable RealtimeSocket socket, @Nullable HttpRequest request) {
        if (socket != null) {
            event.text("id", socket.id());
        }
        if (request != null) {
            event.text("peer", request.peer().toString()).text("path", Printable.of(request.path(), MAX_PATH));
            request.headers().first("Origin").ifPresent(origin -> event.text("origin", Printable.of(origin, MAX_PATH)));
        }
        return event;
    }
}
