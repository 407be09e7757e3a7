package io.heliograph.rpc.wire;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.scan.MsgpackEnvelope;
import io.heliograph.scan.ValueFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON-RPC messages in MessagePack. The npm forks neither send nor check the member {@code jsonrpc}. */
final class MsgpackDialect extends Dialect {

    MsgpackDialect(Codec codec, int maxDepth, int maxMessageBytes) {
        super(codec, ValueFormat.msgpack(), maxDepth, maxMessageBytes);
    }

    @Override
    public boolean isJson() {
        return false;
    }

    @Override
    public Envelope envelope(String... names) {
        return new Envelope.Msgpack(new MsgpackEnvelope(names));
    }

    private static int first(Frame value) {
        return value.length() == 0 ? 0xc1 : value.at(0) & 0xff;
    }

    @Override
    public boolean isFalsy(Frame value) {
        int first = first(value);
        return switch (first) {
            case 0xc0, 0xc2, 0x00, 0xa0 -> true;
            case 0xd9, 0xda, 0xdb -> value.length() == 1 + (1 << (first - 0xd9));
            case 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3 ->
                codec().decode(value, Object.class) instanceof Number number
                        && (number.doubleValue() == 0 || Double.isNaN(number.doubleValue()));
            default -> false;
        };
    }

    @Override
    public Frame response(boolean version, String key, @Nullable Object value, @Nullable Frame id) {
        return message(target -> {
            target.write(version ? 0x83 : 0x82);
            if (version) {
                version(target);
            }
            name(key, target);
            if (value instanceof Payload payload) {
                payload.writeTo(codec(), target);
            } else {
                codec().encode(value, target);
            }
            name("id", target);
            if (id == null) {
                target.write(0xc0);
            } else {
                target.write(id);
            }
        });
    }

    @Override
    public Frame recovered(boolean version, Object statuses, Map<String, Object> recoveries, @Nullable Frame id) {
        return message(target -> {
            target.write(version ? 0x84 : 0x83);
            if (version) {
                version(target);
            }
            name("result", target);
            codec().encode(statuses, target);
            name("recovery", target);
            codec().encode(recoveries, target);
            name("id", target);
            if (id == null) {
                target.write(0xc0);
            } else {
                target.write(id);
            }
        });
    }

    @Override
    public Frame request(String method, boolean hasParams, @Nullable Object params, @Nullable Object id) {
        return message(target -> {
            target.write(id == null ? 0x83 : 0x84);
            version(target);
            name("method", target);
            codec().encode(method, target);
            name("params", target);
            codec().encode(params, target);
            if (id != null) {
                name("id", target);
                codec().encode(id, target);
            }
        });
    }

    @Override
    public Frame event(String name, Frame params) {
        return message(target -> {
            target.write(0x82);
            name("notification", target);
            codec().encode(name, target);
            name("params", target);
            target.write(params);
        });
    }

    @Override
    public void writeEvent(String name, Payload data, @Nullable String position, FrameBuilder target) {
        target.write(position == null ? 0x82 : 0x83);
        name("notification", target);
        codec().encode(name, target);
        name("params", target);
        target.write(data.isPresent() ? 0x91 : 0x90);
        if (data.isPresent()) {
            data.writeTo(codec(), target);
        }
        if (position != null) {
            name("position", target);
            codec().encode(position, target);
        }
    }

    private static void version(FrameBuilder target) {
        name("jsonrpc", target);
        target.write(0xa3);
        target.writeAscii("2.0");
    }

    /** Writes a string of at most 31 ASCII characters. */
    private static void name(String name, FrameBuilder target) {
        target.write(0xa0 | name.length());
        target.writeAscii(name);
    }
}
