package io.heliograph.exchange.redis;

import io.heliograph.exchange.control.Node;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Descriptions of nodes as strings: version, address, start, and names with rates. */
final class NodeText {

    private NodeText() {}

    static String format(Node node) {
        List<@Nullable String> fields = new ArrayList<>(
                List.of(node.version(), node.address(), node.started().toString()));
        node.rates().forEach((name, rate) -> {
            fields.add(name);
            fields.add(rate.toString());
        });
        return Fields.format(fields.toArray(new String[0]));
    }

    /** Parses a description. Returns a node without description if another version of this library wrote it in another form. */
    static Node parse(String id, String text) {
        try {
            List<@Nullable String> fields = Fields.parse(text);
            Map<String, Double> rates = new HashMap<>();
            for (int i = 3; i + 1 < fields.size(); i += 2) {
                rates.put(
                        Objects.requireNonNull(fields.get(i)),
                        Double.valueOf(Objects.requireNonNull(fields.get(i + 1))));
            }
            return new Node(
                    id,
                    Objects.requireNonNull(fields.get(0)),
                    Objects.requireNonNull(fields.get(1)),
                    Instant.parse(Objects.requireNonNull(fields.get(2))),
                    rates);
        } catch (IllegalArgumentException
                | DateTimeException
                | NullPointerException
                | IndexOutOfBoundsException other) {
            return new Node(id, "", "", Instant.EPOCH, Map.of());
        }
    }
}
