package io.heliograph.rpc.server;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.codec.TypeRef;
import io.heliograph.frame.Frame;
import io.heliograph.internal.Printable;
import io.heliograph.rpc.Registration;
import io.heliograph.rpc.RpcHandler;
import io.heliograph.rpc.RpcMethod;
import io.heliograph.rpc.RpcNamespace;
import io.heliograph.rpc.RpcSocket;
import io.heliograph.rpc.binding.MethodInvoker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A namespace. Event loops read the immutable maps of methods and events without a lock; each change replaces a map. */
final class Namespace implements RpcNamespace {

    static final String LIST_METHODS = "__listMethods";
    static final String LOGIN = "rpc.login";
    static final String SUBSCRIBE = "rpc.on";
    static final String UNSUBSCRIBE = "rpc.off";

    private final String name;
    private final ServerCore core;

    private volatile Map<String, RegisteredMethod> methods = Map.of();
    private volatile Map<String, RegisteredEvent> events = Map.of();
    private volatile boolean closed;

    // Guarded by this, like writes of the maps above.
    private final Map<String, Deque<ServerSession>> sockets = new LinkedHashMap<>();
    private boolean declared;

    Namespace(String name, ServerCore core) {
        this.name = name;
        this.core = core;
        put(new RegisteredMethod(LIST_METHODS, (dialect, params, caller) -> listMethods(caller), true));
    }

    /** Returns all methods; with a backend, those that the caller may call. */
    private List<String> listMethods(RpcSocket caller) {
        BackendSession backend = caller instanceof ServerSession session ? session.backend() : null;
        if (backend == null) {
            return List.copyOf(methods.keySet());
        }
        Set<String> names = new LinkedHashSet<>();
        methods.forEach((method, registered) -> {
            if (!registered.isProtected() || caller.isAuthenticated()) {
                names.add(method);
            }
        });
        names.addAll(backend.methods());
        return List.copyOf(names);
    }

    @Override
    public String name() {
        return name;
    }

    @Nullable
    RegisteredMethod findMethod(String method) {
        return methods.get(method);
    }

    @Nullable
    RegisteredEvent findEvent(@Nullable Object event) {
        return event instanceof String eventName ? events.get(eventName) : null;
    }

    // ---- methods

    @Override
    public <P> RpcMethod<P> method(String method, TypeRef<P> params) {
        Objects.requireNonNull(method, "name");
        return handler -> add(method, MethodInvoker.of(params.type(), handler));
    }

    @Override
    public <S> List<Registration> register(Class<S> service, S implementation) {
        List<Registration> added = new ArrayList<>();
        MethodInvoker.ofService(service, implementation).forEach((method, invoker) -> added.add(add(method, invoker)));
        return List.copyOf(added);
    }

    @Override
    public <P> Registration authenticate(Class<P> params, RpcHandler<P, ? extends @Nullable Object> handler) {
        return method(LOGIN, params).handle(handler);
    }

    private synchronized Registration add(String methodName, MethodInvoker invoker) {
        checkOpen();
        checkArgument(
                !methodName.equals(SUBSCRIBE) && !methodName.equals(UNSUBSCRIBE),
                "method: '%s' (expected: another name; the protocol defines this method)",
                methodName);
        declared = true;
        RegisteredMethod method = new RegisteredMethod(methodName, invoker, false);
        RegisteredMethod known = methods.get(method.name());
        if (known != null && !method.name().equals(LIST_METHODS)) {
            switch (core.protocol.duplicates()) {
                case PUBLIC -> {}
                case KEEP_PROTECTION -> {
                    if (known.isProtected()) {
                        method.protect();
                    }
                }
                case REJECT ->
                    throw new IllegalArgumentException("method '" + method.name() + "' is registered in " + name);
            }
        }
        put(method);
        return method;
    }

    private void put(RegisteredMethod method) {
        Map<String, RegisteredMethod> more = new LinkedHashMap<>(methods);
        more.put(method.name(), method);
        methods = more;
    }

    // ---- events

    @Override
    public synchronized Registration event(String event) {
        checkOpen();
        declared = true;
        if (events.containsKey(Objects.requireNonNull(event))) {
            throw new IllegalArgumentException("Already registered event " + name + event);
        }
        RegisteredEvent added = new RegisteredEvent(event);
        Map<String, RegisteredEvent> more = new LinkedHashMap<>(events);
        more.put(event, added);
        events = more;
        return added;
    }

    @Override
    public List<String> eventList() {
        checkOpen();
        return List.copyOf(events.keySet());
    }

    @Override
    public int emit(String event, @Nullable Object... args) {
        checkOpen();
        EncodedEvent encoded = new EncodedEvent(event, args, false);
        int accepted = emit(encoded, event);
        core.reportFailure(encoded);
        return accepted;
    }

    int emit(EncodedEvent encoded, String event) {
        RegisteredEvent declaredEvent = events.get(event);
        Collection<ServerSession> receivers = core.protocol.namespaceBroadcast() && !encoded.isServerWide()
                ? sessions()
                : declaredEvent == null ? List.of() : declaredEvent.subscribers;
        int accepted = 0;
        for (ServerSession receiver : receivers) {
            if (declaredEvent != null && !receiver.mayReceive(declaredEvent)) {
                continue;
            }
            Frame frame = encoded.in(receiver.eventDialect());
            if (frame != null && receiver.send(frame)) {
                accepted++;
            }
        }
        return accepted;
    }

    // ---- sockets

    synchronized void add(ServerSession session) {
        sockets.computeIfAbsent(session.id(), id -> new ArrayDeque<>()).addLast(session);
    }

    /** Removes a socket; returns whether the namespace is implicit and empty now. */
    synchronized boolean remove(ServerSession session) {
        sockets.computeIfPresent(session.id(), (id, same) -> {
            same.remove(session);
            return same.isEmpty() ? null : same;
        });
        return !declared && sockets.isEmpty();
    }

    synchronized void declare() {
        declared = true;
    }

    synchronized boolean isDeclared() {
        return declared;
    }

    synchronized @Nullable ServerSession latest(String id) {
        Deque<ServerSession> same = sockets.get(id);
        return same == null ? null : same.peekLast();
    }

    synchronized List<ServerSession> sessions() {
        List<ServerSession> all = new ArrayList<>();
        sockets.values().forEach(all::addAll);
        return all;
    }

    @Override
    public synchronized Map<String, RpcSocket> connected() {
        checkOpen();
        Map<String, RpcSocket> latest = new LinkedHashMap<>();
        sockets.forEach((id, same) -> latest.put(id, same.getLast()));
        return latest;
    }

    @Override
    public List<String> clients() {
        return List.copyOf(connected().keySet());
    }

    /** Removes all methods and events. The caller closes the sockets. */
    synchronized void close() {
        closed = true;
        methods = Map.of();
        events.values().forEach(event -> event.subscribers.clear());
        events = Map.of();
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("namespace '" + name + "' is closed");
        }
    }

    @Override
    public String toString() {
        return "RpcNamespace[" + Printable.of(name) + "]";
    }
}
