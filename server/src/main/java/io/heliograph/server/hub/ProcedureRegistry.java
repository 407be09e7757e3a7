package io.heliograph.server.hub;

import static io.heliograph.internal.Check.checkArgument;
import static java.util.Objects.requireNonNull;

import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.scan.ArgumentBinder;
import io.heliograph.scan.ServiceMethod;
import io.heliograph.server.Call;
import io.heliograph.server.Procedure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Procedures by name. Thread-safe. */
final class ProcedureRegistry {

    /** Prefix of the built-in procedures. */
    static final String RESERVED = "helio.";

    /** Registered procedure. */
    interface Registered {

        String name();

        /**
         * Decodes the arguments of a call.
         *
         * @return the argument of {@link #run}
         * @throws io.heliograph.codec.CodecException if the arguments do not match
         */
        @Nullable
        Object bind(Payload arguments, Call call);

        @Nullable
        Object run(@Nullable Object argument, Call call) throws Exception;
    }

    private record OfFunction(String name, ArgumentBinder binder, Procedure<@Nullable Object> procedure)
            implements Registered {

        @Override
        public @Nullable Object bind(Payload arguments, Call call) {
            return binder.bind(arguments);
        }

        @Override
        public @Nullable Object run(@Nullable Object argument, Call call) throws Exception {
            return procedure.run(argument, call);
        }
    }

    private record OfService(String name, ServiceMethod method) implements Registered {

        @Override
        public @Nullable Object bind(Payload arguments, Call call) {
            return method.bind(arguments, call);
        }

        @Override
        public @Nullable Object run(@Nullable Object argument, Call call) throws Exception {
            return method.invoke((@Nullable Object[]) requireNonNull(argument));
        }
    }

    private final Map<String, Registered> procedures = new ConcurrentHashMap<>();

    /** Registers a procedure whose argument is one value. */
    @SuppressWarnings("unchecked") // the argument is decoded as this type
    <T> Subscription register(String name, Class<T> type, Procedure<? super T> procedure) {
        return add(new OfFunction(name, ArgumentBinder.of(type), (Procedure<@Nullable Object>) procedure));
    }

    /** Registers the methods of an interface, all or none. */
    <T> Subscription registerAll(String prefix, Class<T> type, T service) {
        List<Subscription> added = new ArrayList<>();
        Subscription removal = () -> added.forEach(Subscription::close);
        try {
            ServiceMethod.of(type, service, Call.class)
                    .forEach((name, method) -> added.add(add(new OfService(prefix + name, method))));
        } catch (RuntimeException failure) {
            removal.close();
            throw failure;
        }
        return removal;
    }

    private Subscription add(Registered registered) {
        String name = registered.name();
        Names.check("procedure", name);
        checkArgument(
                !name.startsWith(RESERVED),
                "procedure: '%s' (expected: a name that does not begin with %s)",
                name,
                RESERVED);
        if (procedures.putIfAbsent(name, registered) != null) {
            throw new IllegalStateException("procedure: '" + name + "' is registered (expected: a new name)");
        }
        return () -> procedures.remove(name, registered);
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
