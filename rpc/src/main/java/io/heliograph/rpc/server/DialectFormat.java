package io.heliograph.rpc.server;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.BuilderPool;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.rpc.spi.RpcFormat;
import io.heliograph.rpc.wire.Dialect;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Messages of a backend in one dialect. Their length is that of their data, which the backend limits. */
final class DialectFormat implements RpcFormat {

    private final Dialect dialect;
    private final BuilderPool builders = new BuilderPool(Integer.MAX_VALUE - 8);

    DialectFormat(Dialect dialect) {
        this.dialect = dialect;
    }

    @Override
    public Codec codec() {
        return dialect.codec();
    }

    @Override
    public Frame event(String event, Payload data, @Nullable String position) {
        return build(target -> dialect.writeEvent(event, data, position, target));
    }

    @Override
    public Frame gap(String event, String position, String reason) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("gap", event);
        members.put("position", position);
        members.put("reason", reason);
        return message(members);
    }

    @Override
    public Frame message(Map<String, ? extends @Nullable Object> members) {
        return build(target -> codec().encode(members, target));
    }

    private Frame build(Consumer<FrameBuilder> content) {
        FrameBuilder builder = builders.take();
        try {
            content.accept(builder);
            Frame frame = builder.build();
            return dialect.isJson() ? frame.asText() : frame;
        } finally {
            builders.give(builder);
        }
    }

    @Override
    public String toString() {
        return codec().name();
    }
}
