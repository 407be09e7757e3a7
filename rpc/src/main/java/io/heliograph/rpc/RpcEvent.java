package io.heliograph.rpc;

import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a server has sent under the name of an event, decoded when asked. */
public final class RpcEvent {

    private static final int MAX_ARGUMENTS = 1 << 16;

    private final String name;
    private final Dialect dialect;
    private final @Nullable Frame params;
    private final boolean spread;

    /**
     * @param spread whether an array is several arguments; otherwise the parameters are one
     */
    RpcEvent(String name, Dialect dialect, @Nullable Frame params, boolean spread) {
        this.name = name;
        this.dialect = dialect;
        this.params = params == null || dialect.isNull(params) ? null : params;
        this.spread = spread;
    }

    public String name() {
        return name;
    }

    /** The parameters as they were sent, not present if they were null or missing. */
    public Payload params() {
        return params == null ? Payload.absent(dialect.codec) : Payload.of(dialect.codec, params);
    }

    /**
     * The arguments that a listener of the npm package gets: those of an array each, an object or a string alone; none for an empty
     * array, object or string, or a number.
     *
     * @throws CodecException if there are more than 65,536
     */
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
            for (Frame each : dialect.elements(sent, MAX_ARGUMENTS)) {
                args.add(Payload.of(dialect.codec, each));
            }
            return args;
        }
        boolean one = dialect.isObject(sent)
                ? !(params().value() instanceof Map<?, ?> map && map.isEmpty())
                : dialect.isString(sent) && !dialect.isFalsy(sent);
        return one ? List.of(params()) : List.of();
    }

    /**
     * The event as one value: its only argument, several as a list or as the components of a record, or null for none.
     *
     * @throws CodecException if it is no {@code T}
     */
    public <T> @Nullable T as(Class<T> type) {
        return as(TypeRef.of(type));
    }

    /** As {@link #as(Class)}, for a type with parameters. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the codec was asked for it
    public <T> @Nullable T as(TypeRef<T> type) {
        return (T)
                (spread
                        ? Parameters.of(type.type()).readEvent(dialect, params)
                        : params == null ? null : dialect.codec.decode(params, type.type()));
    }

    @Override
    public String toString() {
        return "RpcEvent[" + name + "]";
    }
}
