package io.heliograph.server.config;

import io.heliograph.exchange.ChannelPattern;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.spi.EngineOptions;
import io.heliograph.exchange.spi.EngineProvider;
import io.heliograph.http.Origins;
import io.heliograph.realtime.spi.Tokens;
import io.heliograph.server.Grant;
import io.heliograph.server.Hub;
import io.heliograph.server.HubAction;
import io.heliograph.server.HubBuilder;
import io.heliograph.server.ManagementProtocol;
import io.heliograph.server.Protocols;
import io.heliograph.tls.ClientAuth;
import io.heliograph.tls.KeyMaterialException;
import io.heliograph.tls.ServerTls;
import io.heliograph.tls.TlsIdentity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks the values of a configuration and sets the options of a hub. */
final class Assembly {

    private static final int MIN_KEY_BYTES = 32;

    private final Map<String, Value> values;
    private final List<String> errors;
    private final Set<String> misspelled;

    /** Paths with an error, whose values are not used again. */
    private final Set<String> invalid = new HashSet<>();

    /** @param errors receives the errors */
    Assembly(Map<String, Value> values, List<String> errors) {
        this(values, errors, Set.of());
    }

    /** @param misspelled paths whose key is present, but misspelled */
    Assembly(Map<String, Value> values, List<String> errors, Set<String> misspelled) {
        this.values = values;
        this.errors = errors;
        this.misspelled = misspelled;
    }

    /** Checks all values and their combinations. */
    void check() {
        values.forEach(this::checkValue);
        for (String list : List.of("listen", "auth.keys", "permissions", "api.keys")) {
            for (int i : indexes(list)) {
                checkRequired(list + "[" + i + "]", list + "[]");
            }
            checkIndexes(list);
        }
        applyTo(Hub.builder());
    }

    private void checkValue(String path, Value value) {
        Key key = Schema.key(path);
        if (key == null) {
            return;
        }
        if (value.error() != null) {
            error(path, value.error());
            return;
        }
        if (Schema.isListenerOption(key)) {
            return; // the type depends on the protocol
        }
        for (String text : value.texts()) {
            checkText(path, key.type(), key.secret(), text);
        }
    }

    /** Reports a text that is invalid for a type. */
    boolean checkText(String path, ValueType<?> type, boolean secret, String text) {
        if (type.read(text) != null) {
            return true;
        }
        String near = Suggestion.nearest(text, type.choices())
                .map(known -> "; did you mean '" + known + "'?")
                .orElse("");
        error(path, (secret ? "(a secret)" : "'" + text + "'") + " (expected: " + type.expected() + near + ")");
        return false;
    }

    private void checkRequired(String element, String section) {
        for (Key key : Schema.keys()) {
            String path = element + "." + key.name();
            if (!key.required() || !key.section().equals(section) || values.containsKey(path)) {
                continue;
            }
            invalid.add(element);
            if (!misspelled.contains(path)) {
                String position = values.getOrDefault(first(element + "."), Value.of("", "", ""))
                        .position();
                boolean hasChoices = !key.type().choices().isEmpty();
                errors.add(position + ": " + element + " has no key '" + key.name() + "' (expected: "
                        + (hasChoices ? key.type().expected() : key.description()) + ")");
            }
        }
    }

    /** Reports an index beyond the number of elements, which a variable or an option may have. */
    private void checkIndexes(String list) {
        int next = 0;
        for (int i : indexes(list)) {
            if (i != next) {
                String path = first(list + "[" + i + "].");
                error(path, "index " + i + " (expected: " + next + ", the next element)");
                return;
            }
            next++;
        }
    }

    private String first(String prefix) {
        return values.keySet().stream()
                .filter(path -> path.startsWith(prefix))
                .findFirst()
                .orElse(prefix);
    }

    /** Returns the indexes of a list, in order. */
    List<Integer> indexes(String list) {
        Pattern form = Pattern.compile(Pattern.quote(list) + "\\[(\\d+)\\]\\..*");
        Set<Integer> found = new LinkedHashSet<>();
        for (String path : values.keySet()) {
            Matcher matcher = form.matcher(path);
            if (matcher.matches()) {
                found.add(Integer.valueOf(matcher.group(1)));
            }
        }
        return found.stream().sorted().toList();
    }

    /** Reports an error once for each path. */
    void error(String path, String message) {
        if (invalid.add(path)) {
            Value value = values.get(path);
            errors.add((value == null ? "" : value.position() + ": ") + path + ": " + message);
        }
    }

    /** Reports an error of an element of a list, at its first key. */
    void errorIn(String element, String message) {
        if (invalid.add(element)) {
            errors.add(values.getOrDefault(first(element + "."), Value.of("", "", ""))
                            .position() + ": " + element + ": " + message);
        }
    }

    /** Runs an action that rejects a value with an exception, which becomes an error of the path. */
    void attempt(String path, Runnable action) {
        if (invalid.contains(path)) {
            return;
        }
        try {
            action.run();
        } catch (IllegalArgumentException | KeyMaterialException e) {
            // Messages of options begin with the name of the option.
            error(path, String.valueOf(e.getMessage()).replaceFirst("^[A-Za-z]+: (?=')", ""));
        }
    }

    @Nullable
    String text(String path) {
        Value value = values.get(path);
        return value == null || invalid.contains(path) ? null : value.text();
    }

    List<String> texts(String path) {
        Value value = values.get(path);
        return value == null || invalid.contains(path) ? List.of() : value.texts();
    }

    String[] array(String path) {
        return texts(path).toArray(String[]::new);
    }

    boolean has(String path) {
        return values.containsKey(path) && !invalid.contains(path);
    }

    boolean isInvalid(String path) {
        return invalid.contains(path);
    }

    /** Returns the value of a key; its default without one. The value is valid. */
    <T> @Nullable T value(String path, ValueType<T> type) {
        String text = text(path);
        if (text == null) {
            Key key = Schema.key(path);
            text = key == null ? null : key.defaultValue();
        }
        return text == null ? null : type.read(text);
    }

    private <T> void set(String path, ValueType<T> type, Consumer<? super T> setter) {
        if (has(path)) {
            T value = value(path, type);
            if (value != null) {
                attempt(path, () -> setter.accept(value));
            }
        }
    }

    // ---- options of the hub

    /** Returns the listener of operators, without its URL. */
    ManagementProtocol management() {
        ManagementProtocol management = Protocols.management().hosts(array("management.hosts"));
        String token = text("management.token");
        if (token != null) {
            attempt("management.token", () -> management.token(token));
        }
        set("management.dashboard", ValueType.flag(), management::dashboard);
        return management;
    }

    private void management(HubBuilder builder) {
        ManagementProtocol management = management();
        String url = text("management.url");
        if (url != null && !url.equals("off") && !isInvalid("management.token")) {
            attempt("management.url", () -> builder.listen(url, management));
        }
    }

    void applyTo(HubBuilder builder) {
        new ListenerAssembly(this).applyTo(builder);
        management(builder);
        tls(builder);
        keys(builder);
        permissions(builder);
        set("allow-anonymous", ValueType.flag(), builder::allowAnonymous);
        set("reuse-port", ValueType.flag(), builder::reusePort);
        set("health", ValueType.flag(), builder::health);
        if (has("origins")) {
            attempt("origins", () -> builder.origins(Origins.of(texts("origins"))));
        }
        if (has("hosts")) {
            attempt("hosts", () -> builder.hosts(array("hosts")));
        }
        if (has("presence")) {
            attempt("presence", () -> {
                texts("presence").forEach(ChannelPattern::of);
                builder.presence(array("presence"));
            });
        }
        engine(builder, history(builder));
        set("limits.call-timeout", ValueType.positiveDuration(), builder::callTimeout);
        set("limits.authority-timeout", ValueType.positiveDuration(), builder::authorityTimeout);
        set("limits.max-active-calls", ValueType.count(1), builder::maxActiveCalls);
        set("limits.max-message-bytes", ValueType.size(1024), builder::maxMessageBytes);
        builder.web(web -> WebOptions.ALL.forEach(option -> {
            String text = text("web." + option.name());
            if (text != null) {
                option.apply(web, text);
            }
        }));
    }

    /** Returns the limits of the history of each channel; null if one is invalid. */
    private @Nullable HistoryLimits history(HubBuilder builder) {
        Integer count = value("history.count", ValueType.count(0));
        Duration age = value("history.age", ValueType.positiveDuration());
        Long bytes = value("history.bytes", ValueType.largeSize(1));
        if (count == null || age == null || bytes == null) {
            return null;
        }
        HistoryLimits limits = new HistoryLimits(count, age, bytes);
        if (values.keySet().stream().anyMatch(path -> path.startsWith("history."))) {
            builder.history(channel -> limits);
        }
        return limits;
    }

    private void engine(HubBuilder builder, @Nullable HistoryLimits limits) {
        String url = text("engine.url");
        if (url == null) {
            for (String path : values.keySet()) {
                if (path.startsWith("engine.") && !isInvalid("engine.url")) {
                    error(path, "without engine.url (expected: both)");
                }
            }
            return;
        }
        String policy = text("engine.while-disconnected");
        if (limits == null) {
            return;
        }
        attempt(
                "engine.url",
                () -> builder.engine(EngineProvider.forUrl(new EngineOptions(
                        url,
                        text("engine.user"),
                        text("engine.password"),
                        text("engine.key-prefix"),
                        text("engine.node"),
                        value("engine.node-ttl", ValueType.duration(Duration.ofSeconds(1))),
                        policy == null || policy.equals("queue"),
                        channel -> limits))));
    }

    private void tls(HubBuilder builder) {
        String certificate = text("tls.certificate");
        String key = text("tls.key");
        if (certificate == null) {
            for (String other : List.of("tls.key", "tls.password", "tls.client-authorities", "tls.client-auth")) {
                if (has(other) && !isInvalid("tls.certificate")) {
                    error(other, "without tls.certificate (expected: both)");
                }
            }
            return;
        }
        String password = text("tls.password");
        TlsIdentity identity = key == null
                ? TlsIdentity.pkcs12(Path.of(certificate), password == null ? "" : password)
                : TlsIdentity.pem(Path.of(certificate), Path.of(key));
        List<Path> authorities =
                texts("tls.client-authorities").stream().map(Path::of).toList();
        ClientAuth auth = has("tls.client-auth")
                ? value("tls.client-auth", ValueType.choice(ClientAuth.class))
                : authorities.isEmpty() ? ClientAuth.NONE : ClientAuth.REQUIRED;
        if (auth == null) {
            return;
        }
        if (auth != ClientAuth.NONE && authorities.isEmpty()) {
            error(
                    "tls.client-auth",
                    "'" + text("tls.client-auth") + "' without tls.client-authorities (expected: both)");
            return;
        }
        attempt(
                "tls.certificate",
                () -> builder.tls(ServerTls.builder(identity)
                        .clientAuth(auth)
                        .trust(authorities.toArray(Path[]::new))
                        .load()));
    }

    private void keys(HubBuilder builder) {
        boolean weak = Boolean.TRUE.equals(value("auth.weak-keys", ValueType.flag()));
        List<String> keys = new ArrayList<>();
        for (int i : indexes("auth.keys")) {
            String path = "auth.keys[" + i + "].key";
            String key = text(path);
            if (key == null) {
                continue;
            }
            int bytes = key.getBytes(StandardCharsets.UTF_8).length;
            if (bytes < MIN_KEY_BYTES && !weak && !Tokens.isPem(key)) {
                error(
                        path,
                        bytes + " bytes (expected: at least " + MIN_KEY_BYTES
                                + ", such as the output of 'openssl rand -hex 32')");
            } else {
                keys.add(key);
            }
        }
        if (!keys.isEmpty()) {
            builder.authKey(keys.toArray(String[]::new)).weakKeys(weak);
        }
        set("auth.default-expiry", ValueType.positiveDuration(), builder::authDefaultExpiry);
        set("auth.clock-skew", ValueType.duration(Duration.ZERO), builder::authClockSkew);
    }

    private void permissions(HubBuilder builder) {
        List<Grant> grants = new ArrayList<>();
        for (int i : indexes("permissions")) {
            String element = "permissions[" + i + "]";
            if (isInvalid(element) || isInvalid(element + ".allow")) {
                continue;
            }
            HubAction[] actions = texts(element + ".allow").stream()
                    .map(ValueType.choice(HubAction.class)::read)
                    .toArray(HubAction[]::new);
            Grant[] grant = {Grant.allow(actions)};
            if (has(element + ".channels")) {
                attempt(element + ".channels", () -> grant[0] = grant[0].channels(array(element + ".channels")));
            }
            if (has(element + ".procedures")) {
                attempt(element + ".procedures", () -> grant[0] = grant[0].procedures(array(element + ".procedures")));
            }
            attempt(element + ".to", () -> grant[0] = grant[0].to(array(element + ".to")));
            grants.add(grant[0]);
        }
        if (!grants.isEmpty()
                && grants.stream().noneMatch(grant -> grant.principals().isEmpty())) {
            builder.permissions(grants.toArray(Grant[]::new));
        }
    }
}
