package io.heliograph.rpc.wire;

import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.scan.JsonElements;
import io.heliograph.scan.JsonEnvelope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JSON-RPC 2.0. */
final class JsonDialect extends Dialect {

    private static final String VERSION = "{\"jsonrpc\":\"2.0\",\"";

    JsonDialect(Codec codec, int maxDepth, int maxMessageBytes) {
        super(codec, maxDepth, maxMessageBytes);
    }

    @Override
    public boolean isJson() {
        return true;
    }

    @Override
    public Envelope envelope(String... names) {
        return new Envelope.Json(new JsonEnvelope(maxDepth, names));
    }

    /** Returns the first byte after white space, or 0 if the document is blank. */
    private static byte first(Frame json) {
        for (int i = 0; i < json.length(); i++) {
            byte next = json.at(i);
            if (next != ' ' && next != '\n' && next != '\r' && next != '\t') {
                return next;
            }
        }
        return 0;
    }

    @Override
    public boolean isArray(Frame value) {
        return first(value) == '[';
    }

    @Override
    public boolean isObject(Frame value) {
        return first(value) == '{';
    }

    @Override
    public boolean isString(Frame value) {
        return first(value) == '"';
    }

    @Override
    public boolean isNull(Frame value) {
        return first(value) == 'n';
    }

    @Override
    public boolean isFalsy(Frame value) {
        return switch (first(value)) {
            case 'n', 'f' -> true;
            case '"' -> value.length() == 2;
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> isZero(value);
            default -> false;
        };
    }

    private static boolean isZero(Frame number) {
        byte first = number.at(0);
        return number.length() == 1
                ? first == '0'
                : (first == '0' || first == '-' || number.length() > 300 || hasExponent(number))
                        && Double.parseDouble(number.utf8()) == 0;
    }

    private static boolean hasExponent(Frame number) {
        for (int i = 0; i < number.length(); i++) {
            if (number.at(i) == 'e' || number.at(i) == 'E') {
                return true;
            }
        }
        return false;
    }

    @Override
    public List<Frame> elements(Frame array, int max) {
        return JsonElements.of(array, maxDepth, max);
    }

    @Override
    public @Nullable Object scalar(Frame value, Class<?> type) {
        return JsonScalars.read(value, type);
    }

    private void write(@Nullable Object value, FrameBuilder target) {
        if (!JsonScalars.write(value, target)) {
            codec().encode(value, target);
        }
    }

    @Override
    public Frame response(boolean version, String key, @Nullable Object value, @Nullable Frame id) {
        return message(target -> {
            target.writeAscii(VERSION);
            target.writeAscii(key);
            target.writeAscii("\":");
            write(value, target);
            target.writeAscii(",\"id\":");
            if (id == null) {
                target.writeAscii("null");
            } else {
                target.write(id);
            }
            target.write('}');
        });
    }

    @Override
    public Frame request(String method, boolean hasParams, @Nullable Object params, @Nullable Object id) {
        return message(target -> {
            target.writeAscii(VERSION);
            target.writeAscii("method\":");
            codec().encode(method, target);
            if (hasParams) {
                target.writeAscii(",\"params\":");
                write(params, target);
            }
            if (id != null) {
                target.writeAscii(",\"id\":");
                write(id, target);
            }
            target.write('}');
        });
    }

    @Override
    public Frame event(String name, Frame params) {
        return message(target -> {
            target.writeAscii("{\"notification\":");
            codec().encode(name, target);
            target.writeAscii(",\"params\":");
            target.write(params);
            target.write('}');
        });
    }

    @Override
    public Frame array(List<Frame> elements) {
        return message(target -> {
            char separator = '[';
            for (Frame element : elements) {
                target.write(separator);
                target.write(element);
                separator = ',';
            }
            target.writeAscii(elements.isEmpty() ? "[]" : "]");
        });
    }

    @Override
    public Frame object(List<Frame> names, List<Frame> values) {
        return message(target -> {
            target.write('{');
            for (int i = 0; i < Math.min(names.size(), values.size()); i++) {
                if (i > 0) {
                    target.write(',');
                }
                target.write(names.get(i));
                target.write(':');
                target.write(values.get(i));
            }
            target.write('}');
        });
    }
}
