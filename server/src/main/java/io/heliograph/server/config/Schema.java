package io.heliograph.server.config;

import static io.heliograph.server.config.ValueType.count;
import static io.heliograph.server.config.ValueType.duration;
import static io.heliograph.server.config.ValueType.file;
import static io.heliograph.server.config.ValueType.flag;
import static io.heliograph.server.config.ValueType.largeSize;
import static io.heliograph.server.config.ValueType.oneOf;
import static io.heliograph.server.config.ValueType.positiveDuration;
import static io.heliograph.server.config.ValueType.size;
import static io.heliograph.server.config.ValueType.text;

import io.heliograph.server.Drain;
import io.heliograph.server.HubAction;
import io.heliograph.tls.ClientAuth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All keys of the configuration, in the order of the reference. */
final class Schema {

    /** Options of listeners with a builder, in the order of the reference. */
    static final List<ListenerOption<?, ?>> LISTENER_OPTIONS = Stream.of(
                    SocketClusterOptions.ALL,
                    RpcOptions.ALL,
                    IpcOptions.ALL,
                    ChannelOptions.ALL,
                    SocketOptions.ALL,
                    HttpOptions.ALL)
            .<ListenerOption<?, ?>>flatMap(List::stream)
            .toList();

    /** Keys of listeners that only some protocols have. */
    static final Map<String, Set<String>> PROTOCOLS = new LinkedHashMap<>();

    /** Keys and sections that a running hub takes over. */
    private static final List<String> RELOADABLE = List.of(
            "tls",
            "auth.keys",
            "auth.weak-keys",
            "permissions",
            "allow-anonymous",
            "origins",
            "hosts",
            "drain",
            "limits.call-timeout",
            "limits.authority-timeout",
            "limits.max-active-calls");

    private static final List<Key> KEYS = new ArrayList<>();
    private static final Map<String, Key> BY_PATH = new LinkedHashMap<>();
    private static final Set<String> SECTIONS = new LinkedHashSet<>();

    private Schema() {}

    static {
        listeners();
        key("tls.certificate", file(), null, "Certificate chain in PEM, or PKCS#12 with the key, for wss and https");
        key("tls.key", file(), null, "Private key in PEM, not encrypted");
        secret("tls.password", "Password of a PKCS#12 file");
        key("tls.client-authorities", file().listed(), null, "Authorities of client certificates, in PEM");
        key(
                "tls.client-auth",
                ValueType.choice(ClientAuth.class),
                "none",
                "Request for client certificates; required by default with client-authorities");
        secret(
                "auth.keys[].key",
                true,
                "Secret of at least 32 bytes, or a pair of keys in PEM; the first one signs, all verify");
        key("auth.default-expiry", positiveDuration(), "1d", "Lifetime of tokens without their own");
        key("auth.clock-skew", duration(Duration.ZERO), "0s", "Tolerance for the times of tokens");
        key("auth.weak-keys", flag(), "false", "Accepts secrets of fewer than 32 bytes: for tests only");
        key(
                "permissions[].allow",
                ValueType.choice(HubAction.class).listed(),
                null,
                "Permitted actions; without permissions, see the default permissions",
                true);
        key(
                "permissions[].channels",
                text().listed(),
                "**",
                "Patterns of channels, with {user} for the name of the principal");
        key("permissions[].procedures", text().listed(), "**", "Patterns of procedures");
        key(
                "permissions[].to",
                text().listed(),
                null,
                "Principals: local, authenticated, anyone, role:NAME or user:NAME",
                true);
        key("allow-anonymous", flag(), "false", "Permits listeners beyond loopback without auth and permissions");
        key("origins", text().listed(), null, "Origins of web pages that may connect; by default pages of this server");
        key("hosts", text().listed(), null, "Further names in Host of requests over a loopback address");
        key("presence", text().listed(), null, "Patterns of channels that have members");
        key("health", flag(), "true", "Answers /healthz and /readyz on the ports of listeners for WebSocket");
        key(
                "management.url",
                text(),
                null,
                "http://HOST:PORT of the listener for operators, or off; helio serve has 127.0.0.1 and the port of clients + 100");
        secret(
                "management.token",
                "Secret of requests of operators, at least 16 characters; needed on an address other than loopback");
        key("management.hosts", text().listed(), null, "Further names in Host of requests over a loopback address");
        key("management.dashboard", flag(), "true", "Serves the dashboard at /_helio/");
        key("history.count", count(0), "100", "Publications that each channel keeps in memory; 0 for none");
        key("history.age", positiveDuration(), "5m", "Age of publications that a channel keeps");
        key("history.bytes", largeSize(1), "64MiB", "Size of the publications of all channels");
        key(
                "engine.url",
                text(),
                null,
                "Engine that several servers share: redis://HOST:PORT or rediss://HOST:PORT, or several with commas;"
                        + " by default in memory");
        key("engine.user", text(), null, "User of the engine");
        secret("engine.password", "Password of the engine");
        key("engine.key-prefix", text(), "helio", "Prefix of all keys, for several deployments on one engine");
        key("engine.node", text(), "node", "Name of this server among the nodes of the engine");
        key(
                "engine.node-ttl",
                duration(Duration.ofSeconds(1)),
                "15s",
                "Silence after which a server is dead and its members leave");
        key(
                "engine.while-disconnected",
                oneOf("queue", "fail"),
                "queue",
                "Whether publications wait for an engine that is not reachable, or fail at once");
        key("limits.call-timeout", positiveDuration(), "30s", "Time of a call; then the caller receives TimeoutError");
        key("limits.authority-timeout", positiveDuration(), "5s", "Time of a deferred decision; then it denies");
        key("limits.max-active-calls", count(1), "1024", "Running calls of a connection; then reading pauses");
        key(
                "limits.max-message-bytes",
                size(1024),
                "1MiB",
                "Length of one message, of all protocols; a listener may have its own");
        for (ListenerOption<?, ?> option : LISTENER_OPTIONS) {
            String path = "limits." + option.name();
            if (option.limit() && !BY_PATH.containsKey(path)) {
                String protocols = String.join(", ", PROTOCOLS.getOrDefault(option.name(), Set.of()));
                key(path, option.type(), null, "Default of the key of listeners, of " + protocols);
            }
        }
        for (ListenerOption<?, ?> option : WebOptions.ALL) {
            key("web." + option.name(), option.type(), option.defaultValue(), sentence(option.description()));
        }
        key("api.keys[].name", text(), null, "Name of the principal of a key of the HTTP API", true);
        secret("api.keys[].hash", true, "SHA-256 hash of the secret, as sha256: and 64 hexadecimal digits");
        key("api.keys[].roles", text().listed(), null, "Roles of the principal");
        key(
                "api.cookie",
                text(),
                null,
                "Cookie with a token, by which pages of a browser authenticate for event streams");
        key("reuse-port", flag(), "false", "Takes over ports and Unix sockets from a hub that drains; both need it");
        key(
                "drain.mode",
                ValueType.choice(Drain.Mode.class),
                "restart",
                "Where clients connect again: restart, to the next process; rolling, to other servers");
        key("drain.delay", duration(Duration.ZERO), "0s", "Time between /readyz 503 and the end of listening");
        key("drain.time", duration(Duration.ZERO), "20s", "Time over which the clients are spread");
        key("drain.grace", duration(Duration.ZERO), "5s", "Time for running calls and queued messages at the end");
    }

    private static void listeners() {
        key(
                "listen[].url",
                text(),
                null,
                "ws://HOST:PORT/PATH, wss:, http:, https:, tcp:, unix:PATH or channel:NAME",
                true);
        key(
                "listen[].protocol",
                oneOf("socketcluster", "rpc", "ipc", "channel", "socket", "http"),
                null,
                "Protocol of the listener",
                true);
        key(
                "listen[].optional",
                flag(),
                "false",
                "Whether a Unix socket, port or channel that cannot start is only logged");
        key("listen[].echo", flag(), null, "Whether a connection receives its own publications");
        only("deliver", text().listed(), "Channels that a client receives without a subscription", "ipc", "socket");
        only(
                "slow-consumers",
                oneOf("close", "drop-oldest-per-channel", "conflate-per-channel"),
                "Policy for publications when max-queued-bytes is reached",
                "rpc",
                "ipc");
        only("framed", flag(), "Whether a length prefix precedes each message", "socket");
        only("publish", text(), "Channel of received values", "socket");
        only("call", text(), "Procedure that each received value calls", "socket");
        mapped("topic", "Topic or pattern of the protocol");
        mapped("event", "Event or pattern of the protocol");
        mapped("method", "Method or pattern of the protocol");
        mapped("channel", "Channel of the hub, with the same wildcards; none hides the name");
        mapped("call", "Procedure of the hub, with the same wildcards");
        mapped("procedure", "Procedure of the hub, with the same wildcards");
        mapped("reply", "Topic of the result of the call");
        key("listen[].map[].direction", oneOf("in", "out", "both"), "both", "Direction of the rule");
        for (ListenerOption<?, ?> option : LISTENER_OPTIONS) {
            PROTOCOLS
                    .computeIfAbsent(option.name(), missing -> new LinkedHashSet<>())
                    .add(option.protocol());
            if (!BY_PATH.containsKey("listen[]." + option.name())) {
                key("listen[]." + option.name(), option.type(), null, sentence(option.description()));
            }
        }
    }

    private static void mapped(String name, String description) {
        key("listen[].map[]." + name, text(), null, description);
    }

    private static void only(String name, ValueType<?> type, String description, String... protocols) {
        key("listen[]." + name, type, null, description);
        PROTOCOLS.computeIfAbsent(name, missing -> new LinkedHashSet<>()).addAll(List.of(protocols));
    }

    private static void secret(String path, String description) {
        secret(path, false, description);
    }

    private static void secret(String path, boolean required, String description) {
        add(new Key(path, text(), null, description, true, required));
    }

    private static void key(String path, ValueType<?> type, @Nullable String defaultValue, String description) {
        key(path, type, defaultValue, description, false);
    }

    private static void key(
            String path, ValueType<?> type, @Nullable String defaultValue, String description, boolean required) {
        add(new Key(path, type, defaultValue, description, false, required));
    }

    private static void add(Key key) {
        KEYS.add(key);
        BY_PATH.put(key.path(), key);
        for (String section = key.section(); ; section = parent(section)) {
            SECTIONS.add(section);
            if (section.isEmpty()) {
                return;
            }
        }
    }

    private static String parent(String section) {
        int dot = section.lastIndexOf('.');
        return dot < 0 ? "" : section.substring(0, dot);
    }

    /** Returns a description with a capital letter. */
    static String sentence(String description) {
        return Character.toUpperCase(description.charAt(0)) + description.substring(1);
    }

    static List<Key> keys() {
        return List.copyOf(KEYS);
    }

    /** Returns the key of a path, with or without indexes; null if it is unknown. */
    static @Nullable Key key(String path) {
        return BY_PATH.get(path.replaceAll("\\[\\d+\\]", "[]"));
    }

    /** Whether a path is a section, such as {@code tls} or {@code listen[0]}. */
    static boolean isSection(String path) {
        return SECTIONS.contains(path.replaceAll("\\[\\d+\\]", "[]"));
    }

    /** Whether a hub takes over a change of a path while it runs. */
    static boolean isReloadable(String path) {
        return RELOADABLE.stream()
                .anyMatch(each -> path.equals(each) || path.startsWith(each + ".") || path.startsWith(each + "["));
    }

    /** The names in a section: of keys, sections and lists. */
    static List<String> names(String section) {
        String prefix = section.isEmpty() ? "" : section.replaceAll("\\[\\d+\\]", "[]") + ".";
        return BY_PATH.keySet().stream()
                .filter(path -> path.startsWith(prefix))
                .map(path -> path.substring(prefix.length()).split("[.\\[]", 2)[0])
                .distinct()
                .toList();
    }

    /** Whether a key is an option of a builder, whose type depends on the protocol of the listener. */
    static boolean isListenerOption(Key key) {
        return key.section().equals("listen[]")
                && LISTENER_OPTIONS.stream().anyMatch(option -> option.name().equals(key.name()));
    }

    /** Returns the options of a listener with a protocol, for its builder. */
    static List<ListenerOption<?, ?>> options(String protocol) {
        return LISTENER_OPTIONS.stream()
                .filter(option -> option.protocol().equals(protocol))
                .toList();
    }
}
