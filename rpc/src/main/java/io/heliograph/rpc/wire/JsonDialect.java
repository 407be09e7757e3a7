package io.heliograph.rpc.wire;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.scan.JsonElements;
import io.heliograph.scan.JsonEnvelope;
import io.heliograph.scan.ValueFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON-RPC 2.0. */
final class JsonDialect extends Dialect {

    private static final String VERSION = "{\"jsonrpc\":\"2.0\",\"";

    JsonDialect(Codec codec, int maxDepth, int maxMessageBytes) {
        super(codec, ValueFormat.json(), maxDepth, maxMessageBytes);
    }

    @Override
    public boolean isJson() {
        return true;
    }

    @Override
    public Envelope envelope(String... names) {
        return new Envelope.Json(new JsonEnvelope(maxDepth, names));
    }

    @Override
    public boolean isFalsy(Frame value) {
        return switch (value.length() == 0 ? 0 : value.at(0)) {
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

    /** Validates the array with the limit of nesting, because it may be a message. */
    @Override
    public List<Frame> elements(Frame array, int max) {
        return JsonElements.of(array, maxDepth, max);
    }

    private void write(@Nullable Object value, FrameBuilder target) {
        switch (value) {
            case null -> target.writeAscii("null");
            case Long number -> target.writeAscii(number.toString());
            case Integer number -> target.writeAscii(number.toString());
            case Boolean flag -> target.writeAscii(flag.toString());
            case Payload payload -> payload.writeTo(codec(), target);
            default -> codec().encode(value, target);
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
    public Frame recovered(boolean version, Object statuses, Map<String, Object> recoveries, @Nullable Frame id) {
        return message(target -> {
            target.writeAscii(VERSION);
            target.writeAscii("result\":");
            write(statuses, target);
            target.writeAscii(",\"recovery\":");
            write(recoveries, target);
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
    public void writeEvent(String name, Payload data, @Nullable String position, FrameBuilder target) {
        target.writeAscii("{\"notification\":");
        codec().encode(name, target);
        target.writeAscii(",\"params\":[");
        if (data.isPresent()) {
            data.writeTo(codec(), target);
        }
        target.write(']');
        if (position != null) {
            target.writeAscii(",\"position\":");
            codec().encode(position, target);
        }
        target.write('}');
    }
}
