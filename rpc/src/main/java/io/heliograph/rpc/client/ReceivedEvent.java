package io.heliograph.rpc.client;

import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.RpcEvent;
import io.heliograph.rpc.wire.Dialect;
import io.heliograph.scan.ArgumentBinder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event, or a notification in the form of a request. */
final class ReceivedEvent implements RpcEvent {

    private static final int MAX_ARGUMENTS = 1 << 16;

    private final String name;
    private final Dialect dialect;
    private final @Nullable Frame params;
    private final boolean spread;

    /**
     * Creates an event.
     *
     * @param spread whether the elements of an array are separate arguments
     */
    ReceivedEvent(String name, Dialect dialect, @Nullable Frame params, boolean spread) {
        this.name = name;
        this.dialect = dialect;
        this.params = params == null || dialect.isNull(params) ? null : params;
        this.spread = spread;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Payload params() {
        return dialect.payload(params);
    }

    @Override
    public List<Payload> args() {
        Frame sent = params;
        if (sent == null) {
            return List.of();
        }
        if (!spread) {
            return List.of(params());
        }
        if (dialect.isArray(sent)) {
            List<Payload> args = new ArrayList<>();
            for (Frame element : dialect.elements(sent, MAX_ARGUMENTS)) {
                args.add(Payload.of(dialect.codec(), element));
            }
            return args;
        }
        boolean single = dialect.isObject(sent)
                ? !(params().value() instanceof Map<?, ?> map && map.isEmpty())
                : dialect.isString(sent) && !dialect.isFalsy(sent);
        return single ? List.of(params()) : List.of();
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // decoded as the type
    public <T> @Nullable T as(TypeRef<T> type) {
        if (spread) {
            return (T) ArgumentBinder.of(type.type()).bindEvent(params());
        }
        return params == null ? null : (T) dialect.codec().decode(params, type.type());
    }

    @Override
    public String toString() {
        return "RpcEvent[" + name + "]";
    }
}
