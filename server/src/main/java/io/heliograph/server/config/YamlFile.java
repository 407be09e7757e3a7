package io.heliograph.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** Reads a file in YAML into values by path, and checks its keys. */
final class YamlFile {

    private final String name;
    private final Secrets secrets;
    private final List<String> errors;
    private final Set<String> misspelled;
    private final Map<String, Value> values = new LinkedHashMap<>();
    private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    /**
     * @param name name of the file in errors
     * @param errors receives the errors
     * @param misspelled receives the paths that misspelled keys probably mean
     */
    YamlFile(String name, Secrets secrets, List<String> errors, Set<String> misspelled) {
        this.misspelled = misspelled;
        this.name = name;
        this.secrets = secrets;
        this.errors = errors;
    }

    static Map<String, Value> read(Path file, Secrets secrets, List<String> errors, Set<String> misspelled) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            errors.add(file + ": cannot read the file (expected: a file in YAML, encoded as UTF-8)");
            return Map.of();
        }
        return new YamlFile(file.toString(), secrets, errors, misspelled).parse(text);
    }

    Map<String, Value> parse(String text) {
        try {
            LoadSettings settings =
                    LoadSettings.builder().setUseMarks(true).setLabel(name).build();
            Optional<Node> root = // The module exports these types, but not Compose.
                    new Composer(settings, new ParserImpl(settings, new StreamReader(settings, text))).getSingleNode();
            root.ifPresent(node -> section("", node));
        } catch (MarkedYamlEngineException invalid) {
            String at = invalid.getProblemMark()
                    .map(mark -> ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
                    .orElse("");
            errors.add(name + at + ": " + invalid.getProblem() + " (expected: YAML)");
        } catch (YamlEngineException invalid) {
            errors.add(name + ": " + invalid.getMessage() + " (expected: YAML)");
        }
        return values;
    }

    private void section(String path, Node node) {
        if (!(node instanceof MappingNode mapping)) {
            if (!(node instanceof ScalarNode scalar && isEmpty(scalar))) {
                error(node, (path.isEmpty() ? "the file" : path) + ": " + kind(node) + " (expected: keys with values)");
            }
            return;
        }
        if (isAlias(node, path)) {
            return;
        }
        Map<String, Node> first = new LinkedHashMap<>();
        for (NodeTuple each : mapping.getValue()) {
            if (!(each.getKeyNode() instanceof ScalarNode key)) {
                error(each.getKeyNode(), "a key is " + kind(each.getKeyNode()) + " (expected: a name)");
                continue;
            }
            Node former = first.putIfAbsent(key.getValue(), key);
            if (former != null) {
                error(
                        key,
                        "duplicate key '" + key.getValue() + "'" + in(path) + " (first in line " + line(former) + ")");
            } else {
                value(path, key, each.getValueNode());
            }
        }
    }

    private void value(String section, ScalarNode name, Node node) {
        String path = section.isEmpty() ? name.getValue() : section + "." + name.getValue();
        Key key = Schema.key(path);
        if (key != null) {
            leaf(path, key, node);
        } else if (Schema.isSection(path)) {
            section(path, node);
        } else if (Schema.isSection(path + "[]")) {
            list(path, node);
        } else {
            error(name, unknown(name.getValue(), section));
            Suggestion.nearest(name.getValue(), Schema.names(section))
                    .ifPresent(known -> misspelled.add(section.isEmpty() ? known : section + "." + known));
        }
    }

    private void list(String path, Node node) {
        if (!(node instanceof SequenceNode sequence)) {
            if (!(node instanceof ScalarNode scalar && isEmpty(scalar))) {
                error(node, path + ": " + kind(node) + " (expected: a list, each element after '- ')");
            }
            return;
        }
        if (isAlias(node, path)) {
            return;
        }
        for (int i = 0; i < sequence.getValue().size(); i++) {
            section(path + "[" + i + "]", sequence.getValue().get(i));
        }
    }

    private void leaf(String path, Key key, Node node) {
        if (key.secret() && node instanceof MappingNode mapping) {
            secret(path, mapping);
            return;
        }
        List<String> texts = new ArrayList<>();
        boolean list = node instanceof SequenceNode;
        List<Node> nodes = node instanceof SequenceNode sequence ? sequence.getValue() : List.of(node);
        if (list && !key.type().list()) {
            error(node, path + ": a list (expected: " + key.type().expected() + ")");
            return;
        }
        for (Node each : nodes) {
            if (!(each instanceof ScalarNode scalar)) {
                error(
                        each,
                        path + ": " + kind(each) + " (expected: " + key.type().expected() + ")");
                return;
            }
            if (isEmpty(scalar)) {
                error(each, path + ": no value (expected: " + key.type().expected() + ")");
                return;
            }
            texts.add(scalar.getValue());
        }
        values.put(path, new Value(texts, list, origin(node), position(node), null));
    }

    private void secret(String path, MappingNode mapping) {
        List<NodeTuple> tuples = mapping.getValue();
        if (tuples.size() == 1
                && tuples.getFirst().getKeyNode() instanceof ScalarNode kind
                && tuples.getFirst().getValueNode() instanceof ScalarNode where
                && (kind.getValue().equals("file") || kind.getValue().equals("env"))) {
            Secrets.Secret read = secrets.read(kind.getValue(), where.getValue());
            String origin = origin(mapping) + ", " + (kind.getValue().equals("file") ? "file " : "environment ")
                    + where.getValue();
            values.put(path, new Value(List.of(read.text()), false, origin, position(where), read.error()));
        } else {
            error(mapping, path + ": a mapping (expected: a text, {file: PATH} or {env: NAME})");
        }
    }

    static String unknown(String name, String section) {
        return "unknown key '" + name + "'" + in(section)
                + Suggestion.nearest(name, Schema.names(section))
                        .map(known -> " (did you mean '" + known + "'?)")
                        .orElseGet(() -> " (expected: " + expected(section) + ")");
    }

    private static String expected(String section) {
        List<String> names = Schema.names(section);
        return names.size() > 12 ? "a key of docs/configuration.md" : String.join(", ", names);
    }

    private static String in(String section) {
        return section.isEmpty() ? "" : " in " + section;
    }

    private boolean isAlias(Node node, String path) {
        if (seen.add(node)) {
            return false;
        }
        error(node, path + ": an alias of an anchor (expected: the values themselves)");
        return true;
    }

    private static boolean isEmpty(ScalarNode scalar) {
        return scalar.isPlain()
                && (scalar.getValue().isEmpty()
                        || scalar.getValue().equals("null")
                        || scalar.getValue().equals("~"));
    }

    private static String kind(Node node) {
        return switch (node) {
            case MappingNode mapping -> "a mapping";
            case SequenceNode sequence -> "a list";
            case ScalarNode scalar -> "'" + shortened(scalar.getValue()) + "'";
            default -> "a node";
        };
    }

    private static String shortened(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }

    private void error(Node node, String message) {
        errors.add(position(node) + ": " + message);
    }

    private String origin(Node node) {
        return name + ":" + line(node);
    }

    private String position(Node node) {
        return node.getStartMark()
                .map(mark -> name + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
                .orElse(name);
    }

    private static @Nullable Integer line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(null);
    }
}
