package io.heliograph.server.config;

import io.heliograph.realtime.SlowConsumer;
import io.heliograph.realtime.StreamCleanup;
import io.heliograph.server.ApiKey;
import io.heliograph.server.HttpProtocol;
import io.heliograph.server.HubBuilder;
import io.heliograph.server.IpcProtocol;
import io.heliograph.server.Protocol;
import io.heliograph.server.Protocols;
import io.heliograph.server.RpcProtocol;
import io.heliograph.server.Rule;
import io.heliograph.server.SocketProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Creates the listeners of a configuration. */
final class ListenerAssembly {

    /** Keys of every protocol. */
    private static final Set<String> COMMON = Set.of("url", "protocol", "optional", "echo");

    private final Assembly assembly;

    ListenerAssembly(Assembly assembly) {
        this.assembly = assembly;
    }

    void applyTo(HubBuilder builder) {
        for (int i : assembly.indexes("listen")) {
            String element = "listen[" + i + "]";
            String protocol = assembly.text(element + ".protocol");
            String url = assembly.text(element + ".url");
            if (protocol != null && url != null && !assembly.isInvalid(element)) {
                checkKeys(element, protocol);
                Protocol<?> created = protocol(element, protocol);
                if (created != null) {
                    assembly.attempt(element + ".url", () -> builder.listen(url, created));
                }
            }
        }
    }

    /** Reports keys of other protocols. */
    private void checkKeys(String element, String protocol) {
        for (String name : Schema.names("listen[]")) {
            String path = element + "." + name;
            Set<String> protocols = Schema.PROTOCOLS.get(name);
            if (assembly.has(path) && !COMMON.contains(name) && protocols != null && !protocols.contains(protocol)) {
                assembly.error(
                        path,
                        "not a key of the protocol " + protocol + " (expected: " + String.join(", ", protocols) + ")");
            }
        }
    }

    private @Nullable Protocol<?> protocol(String element, String protocol) {
        Protocol<?> created = switch (protocol) {
            case "socketcluster" ->
                Protocols.socketCluster()
                        .configure(builder -> builder.socketStreamCleanupMode(StreamCleanup.CLOSE))
                        .configure(builder -> options(element, protocol, builder));
            case "rpc" -> rpc(element);
            case "ipc" -> ipc(element);
            case "channel" -> Protocols.messageChannel().configure(builder -> options(element, protocol, builder));
            case "socket" -> socket(element);
            default -> http(element);
        };
        checkOptions(element, protocol);
        flag(element + ".echo", created::echo);
        flag(element + ".optional", created::optional);
        List<Rule> rules = rules(element);
        if (!rules.isEmpty()) {
            created.map(rules.toArray(Rule[]::new));
        }
        return created;
    }

    private void flag(String path, java.util.function.Consumer<Boolean> setter) {
        Boolean value = assembly.has(path) ? assembly.value(path, ValueType.flag()) : null;
        if (value != null) {
            setter.accept(value);
        }
    }

    private RpcProtocol rpc(String element) {
        RpcProtocol rpc = Protocols.rpc().configure(builder -> options(element, "rpc", builder));
        slowConsumers(element, rpc::slowConsumers);
        return rpc;
    }

    private IpcProtocol ipc(String element) {
        IpcProtocol ipc = Protocols.ipc().configure(builder -> options(element, "ipc", builder));
        slowConsumers(element, ipc::slowConsumers);
        String path = element + ".deliver";
        if (assembly.has(path)) {
            List<String> deliver = assembly.texts(path);
            String[] patterns = deliver.equals(List.of("all"))
                    ? new String[] {"**"}
                    : deliver.equals(List.of("requested")) ? new String[0] : deliver.toArray(String[]::new);
            assembly.attempt(path, () -> ipc.deliver(patterns));
        }
        return ipc;
    }

    private void slowConsumers(String element, java.util.function.Consumer<SlowConsumer> setter) {
        String path = element + ".slow-consumers";
        SlowConsumer policy = assembly.has(path) ? assembly.value(path, ValueType.choice(SlowConsumer.class)) : null;
        if (policy != null) {
            setter.accept(policy);
        }
    }

    private SocketProtocol socket(String element) {
        SocketProtocol socket = Protocols.socket().configure(builder -> options(element, "socket", builder));
        flag(element + ".framed", socket::framed);
        text(element + ".publish", socket::publish);
        text(element + ".deliver", socket::deliver);
        text(element + ".call", socket::call);
        return socket;
    }

    private void text(String path, java.util.function.Consumer<String> setter) {
        String text = assembly.text(path);
        if (text != null) {
            assembly.attempt(path, () -> setter.accept(text));
        }
    }

    private HttpProtocol http(String element) {
        HttpProtocol http = Protocols.http();
        options(element, "http", http);
        for (int i : assembly.indexes("api.keys")) {
            String key = "api.keys[" + i + "]";
            String name = assembly.text(key + ".name");
            String hash = assembly.text(key + ".hash");
            if (name != null && hash != null) {
                assembly.attempt(key + ".hash", () -> http.keys(ApiKey.of(name, hash, assembly.array(key + ".roles"))));
            }
        }
        text("api.cookie", http::cookie);
        return http;
    }

    // ---- options of builders

    /** Checks the texts of the options of a listener. */
    private void checkOptions(String element, String protocol) {
        each(
                element,
                protocol,
                (option, path) ->
                        assembly.texts(path).forEach(text -> assembly.checkText(path, option.type(), false, text)));
    }

    /** Sets the options of a builder: those of the listener, else those of {@code limits}. */
    @SuppressWarnings("unchecked") // the options of a protocol are for its builder
    private <B> void options(String element, String protocol, B builder) {
        each(element, protocol, (option, path) -> {
            String text = assembly.text(path);
            if (text != null) {
                ((ListenerOption<B, ?>) option).apply(builder, text);
            }
        });
    }

    private void each(String element, String protocol, BiConsumer<ListenerOption<?, ?>, String> action) {
        for (ListenerOption<?, ?> option : Schema.options(protocol)) {
            String own = element + "." + option.name();
            String shared = "limits." + option.name();
            if (assembly.has(own)) {
                action.accept(option, own);
            } else if (option.limit() && !option.name().equals("max-message-bytes") && assembly.has(shared)) {
                action.accept(option, shared);
            }
        }
    }

    // ---- rules

    private List<Rule> rules(String element) {
        List<Rule> rules = new ArrayList<>();
        for (int i : assembly.indexes(element + ".map")) {
            String rule = element + ".map[" + i + "]";
            String name = one(rule, "topic", "event", "method");
            String target = one(rule, "channel", "call", "procedure");
            if (name != null && target != null) {
                assembly.attempt(name, () -> rules.add(rule(rule, name, target)));
            }
        }
        return rules;
    }

    /** Returns the path of the only one of three keys that is present; reports none and several. */
    private @Nullable String one(String rule, String... names) {
        List<String> present = List.of(names).stream()
                .map(name -> rule + "." + name)
                .filter(assembly::has)
                .toList();
        if (present.size() == 1) {
            return present.getFirst();
        }
        String expected = "(expected: one of " + String.join(", ", names) + ")";
        if (present.isEmpty()) {
            assembly.errorIn(rule, "no name " + expected);
        } else {
            assembly.error(present.get(1), "a second name " + expected);
        }
        return null;
    }

    private Rule rule(String rule, String namePath, String targetPath) {
        String name = String.valueOf(assembly.text(namePath));
        String target = String.valueOf(assembly.text(targetPath));
        boolean toChannel = targetPath.endsWith(".channel");
        Rule created = toChannel
                ? target.equals("none")
                        ? Rule.topic(name).none()
                        : Rule.topic(name).channel(target)
                : Rule.topic(name).procedure(target);
        String direction = assembly.text(rule + ".direction");
        if (direction != null) {
            created = switch (direction) {
                case "in" -> created.in();
                case "out" -> created.out();
                default -> created;
            };
        }
        String reply = assembly.text(rule + ".reply");
        return reply == null ? created : created.reply(reply);
    }
}
