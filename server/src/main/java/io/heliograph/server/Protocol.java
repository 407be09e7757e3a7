package io.heliograph.server;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.server.hub.Binding;
import io.heliograph.server.hub.ListenerOptions;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Protocol of a listener, with its options. Created by {@link Protocols}. Not thread-safe; one object is for one listener.
 *
 * @param <P> type of the protocol itself
 */
public abstract sealed class Protocol<P extends Protocol<P>>
        permits SocketClusterProtocol,
                RpcProtocol,
                IpcProtocol,
                ChannelProtocol,
                SocketProtocol,
                HttpProtocol,
                ManagementProtocol {

    private final String id;
    private final List<String> schemes;
    private List<Rule> rules = List.of();
    private boolean echo;
    private boolean optional;

    Protocol(String id, boolean echo, String... schemes) {
        this.id = id;
        this.echo = echo;
        this.schemes = List.of(schemes);
    }

    /** The identifier: {@code socketcluster}, {@code rpc}, {@code ipc}, {@code channel}, {@code socket} or {@code http}. */
    public final String id() {
        return id;
    }

    /** Sets the rules, which map names of the protocol to channels and procedures. Default: none. */
    public final P map(Rule... rules) {
        this.rules = List.of(rules);
        return self();
    }

    /**
     * Selects whether a connection receives its own publications. Default: true for SocketCluster and RPC, false for the others, as in the
     * originals.
     */
    public final P echo(boolean echo) {
        this.echo = echo;
        return self();
    }

    /** Selects whether a Unix socket, TCP port or channel that cannot start is only logged, and does not fail the start of the hub. A web
     * port that cannot be bound fails the start in any case. Default: false. */
    public final P optional(boolean optional) {
        this.optional = optional;
        return self();
    }

    final ListenerOptions listener(String url) {
        checkArgument(
                schemes.stream().anyMatch(scheme -> url.startsWith(scheme + ":")),
                "url: '%s' (expected for the protocol %s: %s)",
                url,
                id,
                String.join(":, ", schemes) + ":");
        check(url);
        return new ListenerOptions(id, url, rules, echo, optional, factory());
    }

    /**
     * Checks the URL of a listener, beyond its scheme.
     *
     * @throws IllegalArgumentException if the protocol cannot have it
     */
    void check(String url) {}

    abstract Binding.Factory factory();

    /** Adds an action to one that may be null. */
    static <T> Consumer<T> and(@Nullable Consumer<T> first, Consumer<? super T> second) {
        return first == null ? second::accept : first.andThen(second);
    }

    @SuppressWarnings("unchecked") // P is the type of the protocol itself
    private P self() {
        return (P) this;
    }
}
