package io.heliograph.server.hub;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.server.Procedure;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Procedures by name. Thread-safe. */
final class ProcedureRegistry {

    /** Prefix of the built-in procedures. */
    static final String RESERVED = "helio.";

    /**
     * Registered procedure.
     *
     * @param type type of the argument
     */
    record Registered(String name, Class<?> type, Procedure<@Nullable Object> procedure) {

        /**
         * Decodes the argument of a call.
         *
         * @throws io.heliograph.codec.CodecException if the argument cannot be decoded as the type
         */
        @Nullable
        Object argument(Payload payload) {
            return type == Payload.class ? payload : payload.as(type);
        }
    }

    private final Map<String, Registered> procedures = new ConcurrentHashMap<>();

    @SuppressWarnings("unchecked") // the argument is decoded as this type
    Subscription register(String name, Class<?> type, Procedure<?> procedure) {
        Names.check("procedure", name);
        checkArgument(
                !name.startsWith(RESERVED),
                "procedure: '%s' (expected: a name that does not begin with %s)",
                name,
                RESERVED);
        Registered registered = new Registered(name, type, (Procedure<@Nullable Object>) procedure);
        if (procedures.putIfAbsent(name, registered) != null) {
            throw new IllegalStateException("procedure: '" + name + "' is registered (expected: a new name)");
        }
        return () -> procedures.remove(name, registered);
    }

    /** Registers the methods of an interface. */
    Subscription register(String prefix, Class<?> type, Object service) {
        checkArgument(type.isInterface(), "type: %s (expected: an interface)", type.getName());
        throw new IllegalStateException("not available"); // until arguments are bound
    }

    @Nullable
    Registered find(String name) {
        return procedures.get(name);
    }

    /** Returns the names in alphabetical order. */
    Set<String> names() {
        return new TreeSet<>(procedures.keySet());
    }
}
