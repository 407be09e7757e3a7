package io.heliograph.server.config;

import io.heliograph.server.Drain;
import io.heliograph.server.HubBuilder;
import io.heliograph.server.ManagementProtocol;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of a hub: the values of all keys, and the source of each. {@code docs/configuration.md} lists the keys. Immutable.
 *
 * <pre>
 * HubConfig config = HubConfig.sources().file(Path.of("helio.yaml")).environment(System.getenv()).load();
 * Hub hub = config.applyTo(Hub.builder()).build();
 * </pre>
 *
 * <p>A value that is set in several sources comes from the last one of: file, environment, {@link Sources#set}. A list is set as a whole, but
 * an element of {@code listen}, {@code permissions}, {@code auth.keys} and {@code api.keys} by each of its keys.
 */
public final class HubConfig {

    private final Map<String, Value> values;

    private HubConfig(Map<String, Value> values) {
        this.values = values;
    }

    public static Sources sources() {
        return new Sources();
    }

    /**
     * Reads a file, without the environment.
     *
     * @throws ConfigException if the file has errors
     */
    public static HubConfig read(Path file) {
        return sources().file(file).load();
    }

    /**
     * Sets the options that have a value. Later calls of the builder override them.
     *
     * @return {@code builder}
     * @throws ConfigException if a file that the configuration names cannot be used any more
     */
    public HubBuilder applyTo(HubBuilder builder) {
        List<String> errors = new ArrayList<>();
        new Assembly(values, errors).applyTo(builder);
        if (!errors.isEmpty()) {
            throw new ConfigException(errors); // a file changed since the check
        }
        return builder;
    }

    /** Returns the listener of operators with its token and its hosts, for a program that chooses its URL; {@link #applyTo} adds that of the key. */
    public ManagementProtocol management() {
        return new Assembly(values, new ArrayList<>()).management();
    }

    /**
     * Difference of two configurations, as paths.
     *
     * @param changed values that {@link HubBuilder#reload} takes over
     * @param needsRestart values that only a new hub has
     */
    public record Changes(List<String> changed, List<String> needsRestart) {}

    /** Returns the difference from this configuration to the next one. Secrets are compared by their text. */
    public Changes changes(HubConfig next) {
        Set<String> paths = new TreeSet<>(values.keySet());
        paths.addAll(next.values.keySet());
        List<String> changed = new ArrayList<>();
        List<String> needsRestart = new ArrayList<>();
        for (String path : paths) {
            Value before = values.get(path);
            Value after = next.values.get(path);
            if (before == null || after == null || !before.texts().equals(after.texts())) {
                (Schema.isReloadable(path) ? changed : needsRestart).add(path);
            }
        }
        return new Changes(List.copyOf(changed), List.copyOf(needsRestart));
    }

    /** Returns the value of a key, as written or its default; empty without one. */
    public Optional<String> text(String path) {
        Value value = values.get(path);
        Key key = Schema.key(path);
        return value != null ? Optional.of(value.text()) : key == null ? Optional.empty() : key.defaultText();
    }

    /** Returns the elements of a list, such as {@code origins}; empty without one. */
    public List<String> list(String path) {
        Value value = values.get(path);
        return value == null ? List.of() : value.texts();
    }

    /** Returns the value of a key with a duration, such as {@code drain.grace}; empty without a value and default. */
    public Optional<Duration> duration(String path) {
        return text(path).map(ValueType.duration(Duration.ZERO)::read);
    }

    /** Returns the plan of the keys {@code drain}, for {@link io.heliograph.server.Hub#drain(Drain)}. */
    public Drain drain() {
        Drain plan = Drain.of(
                text("drain.mode").map(ValueType.choice(Drain.Mode.class)::read).orElse(Drain.Mode.RESTART));
        return plan.withDelay(duration("drain.delay").orElse(plan.delay()))
                .withTime(duration("drain.time").orElse(plan.time()))
                .withGrace(duration("drain.grace").orElse(plan.grace()));
    }

    /**
     * Returns the plan of {@link #drain()} with other values of some keys, such as {@code mode} and {@code time}.
     *
     * @throws IllegalArgumentException if a value is invalid, or a key is unknown
     */
    public Drain drain(Map<String, ?> values) {
        Map<String, Value> changed = new LinkedHashMap<>(this.values);
        values.forEach((name, value) -> {
            String path = "drain." + name;
            Key key = Schema.key(path);
            if (key == null) {
                throw new IllegalArgumentException(
                        "'" + name + "' (expected: one of " + String.join(", ", Schema.names("drain")) + ")");
            }
            if (key.type().read(String.valueOf(value)) == null) {
                throw new IllegalArgumentException(
                        path + ": '" + value + "' (expected: " + key.type().expected() + ")");
            }
            changed.put(path, Value.of(String.valueOf(value), "request", "request"));
        });
        return new HubConfig(changed).drain();
    }

    /** Whether a source sets a key, or a key in a section. */
    public boolean has(String path) {
        return values.keySet().stream()
                .anyMatch(each -> each.equals(path) || each.startsWith(path + ".") || each.startsWith(path + "["));
    }

    /**
     * Returns a report: one line for each value with its key and its source, secrets as {@code (set)}; keys without a value have their default.
     */
    public String report() {
        Map<String, String[]> lines = new LinkedHashMap<>();
        for (Key key : Schema.keys()) {
            Pattern form = Pattern.compile(Pattern.quote(key.path()).replace("[]", "\\E\\[\\d+\\]\\Q"));
            values.forEach((path, value) -> {
                if (form.matcher(path).matches()) {
                    String shown = key.secret() ? "(set)" : String.join(", ", value.texts());
                    lines.put(path, new String[] {shown, value.origin()});
                }
            });
            if (!key.path().contains("[]") && !lines.containsKey(key.path()) && key.defaultValue() != null) {
                lines.put(key.path(), new String[] {key.defaultValue(), "default"});
            }
        }
        int name = width(lines.keySet().stream().mapToInt(String::length).max().orElse(0));
        int value = width(lines.values().stream()
                .mapToInt(line -> line[0].length())
                .filter(length -> length <= 40)
                .max()
                .orElse(0));
        StringBuilder report = new StringBuilder();
        lines.forEach((path, line) -> report.append(pad(path, name))
                .append(pad(line[0], value))
                .append(line[1])
                .append('\n'));
        return report.toString();
    }

    private static int width(int longest) {
        return longest + 2;
    }

    private static String pad(String text, int width) {
        return text.length() < width ? text + " ".repeat(width - text.length()) : text + "  ";
    }

    /** Returns the reference of all keys, in Markdown. */
    public static String reference() {
        return Reference.markdown();
    }

    /** Returns a JSON Schema (2020-12) of the file. */
    public static String jsonSchema() {
        return Reference.jsonSchema();
    }

    /** Sources of a configuration, each of which overrides those before it. Not thread-safe. */
    public static final class Sources {

        private @Nullable Path file;
        private Map<String, String> environment = Map.of();
        private final List<String[]> settings = new ArrayList<>();

        private Sources() {}

        /** Selects the file. Default: none. */
        public Sources file(Path file) {
            this.file = file;
            return this;
        }

        /**
         * Selects the variables: {@code HELIO_} and the path in capitals, such as {@code HELIO_LISTEN_0_URL} for {@code listen[0].url}; a comma
         * separates the elements of a list. Also for secrets with {@code env}. Default: none. Other variables are ignored.
         */
        public Sources environment(Map<String, String> environment) {
            this.environment = Map.copyOf(environment);
            return this;
        }

        /**
         * Sets a value, as text; a comma separates the elements of a list.
         *
         * @param origin name of the source in reports and errors, such as {@code --origin}
         */
        public Sources set(String path, String value, String origin) {
            settings.add(new String[] {path, value, origin});
            return this;
        }

        /**
         * Reads all sources.
         *
         * @throws ConfigException with all errors
         */
        public HubConfig load() {
            List<String> errors = new ArrayList<>();
            Set<String> misspelled = new HashSet<>();
            Secrets secrets = new Secrets(environment);
            Map<String, Value> values = new LinkedHashMap<>();
            if (file != null) {
                values.putAll(YamlFile.read(file, secrets, errors, misspelled));
            }
            values.putAll(variables());
            for (String[] each : settings) {
                setting(each[0], each[1], each[2], values, errors);
            }
            new Assembly(values, errors, misspelled).check();
            if (!errors.isEmpty()) {
                throw new ConfigException(errors);
            }
            return new HubConfig(Map.copyOf(values));
        }

        private static void setting(
                String path, String text, String origin, Map<String, Value> values, List<String> errors) {
            Key key = Schema.key(path);
            if (key == null) {
                int dot = path.lastIndexOf('.');
                String section = dot < 0 ? "" : path.substring(0, dot);
                errors.add(origin + ": "
                        + (Schema.isSection(section)
                                ? YamlFile.unknown(path.substring(dot + 1), section)
                                : YamlFile.unknown(path.split("[.\\[]", 2)[0], "")));
            } else {
                values.put(path, value(key, text, origin, origin));
            }
        }

        private static Value value(Key key, String text, String origin, String position) {
            List<String> texts = key.type().list() ? List.of(text.split("\\s*,\\s*")) : List.of(text);
            return new Value(texts, key.type().list(), origin, position, null);
        }

        private Map<String, Value> variables() {
            Map<String, Value> found = new LinkedHashMap<>();
            for (String name : new TreeSet<>(environment.keySet())) {
                if (!name.startsWith("HELIO_")) {
                    continue;
                }
                for (Key key : Schema.keys()) {
                    Matcher form = Pattern.compile(Pattern.quote(key.variable()).replace("_N_", "\\E_(\\d{1,4})_\\Q"))
                            .matcher(name);
                    if (form.matches()) {
                        String path = key.path();
                        for (int i = 1; i <= form.groupCount(); i++) {
                            path = path.replaceFirst("\\[\\]", "[" + form.group(i) + "]");
                        }
                        String text = environment.getOrDefault(name, "");
                        found.put(path, value(key, text, "environment " + name, name));
                    }
                }
            }
            String authKey = environment.get("HELIO_AUTH_KEY");
            if (authKey != null) {
                found.putIfAbsent(
                        "auth.keys[0].key", Value.of(authKey, "environment HELIO_AUTH_KEY", "HELIO_AUTH_KEY"));
            }
            return found;
        }
    }
}
