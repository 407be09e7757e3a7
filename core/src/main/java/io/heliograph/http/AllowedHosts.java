package io.heliograph.http;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Address;
import io.heliograph.internal.HostAndPort;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The host names under which a server on a loopback address may be addressed: protection against DNS rebinding, by which a web
 * page of another site reaches the server under the name of that site.
 *
 * <p>A connection from a loopback address may name in its {@code Host} field: {@code localhost}, a name below {@code .localhost},
 * an address of {@code 127.0.0.0/8}, {@code [::1]}, the host on which the server listens, and the names given here. A reverse
 * proxy on the same machine that passes on its own {@code Host} needs its names here. Other connections may name any host.
 * Immutable, except {@link #changing}.
 */
public final class AllowedHosts {

    private static final String ANY_HOST = "*";
    private static final AllowedHosts LOOPBACK = new AllowedHosts(Set.of());
    private static final AllowedHosts ANY = new AllowedHosts(Set.of(ANY_HOST));

    private final Set<String> names;

    /** Further names, which may change; null for none. */
    private final @Nullable Supplier<AllowedHosts> current;

    private AllowedHosts(Set<String> names) {
        this(names, null);
    }

    private AllowedHosts(Set<String> names, @Nullable Supplier<AllowedHosts> current) {
        this.names = names;
        this.current = current;
    }

    /** Names that may change: the supplied ones decide about each request. The supplier must not block. */
    public static AllowedHosts changing(Supplier<AllowedHosts> current) {
        return new AllowedHosts(Set.of(), current);
    }

    /** Returns the loopback names only. */
    public static AllowedHosts loopback() {
        return LOOPBACK;
    }

    /** Any name: without protection against DNS rebinding. */
    public static AllowedHosts any() {
        return ANY;
    }

    /** As {@link #of(List)}. */
    public static AllowedHosts of(String... names) {
        return of(Arrays.asList(names));
    }

    /**
     * Loopback names and further names.
     *
     * @param names names or IP addresses without a port; {@code *} is {@link #any()}
     * @throws IllegalArgumentException if a name is invalid
     */
    public static AllowedHosts of(List<String> names) {
        if (names.contains(ANY_HOST)) {
            return ANY;
        }
        List<String> hosts = new ArrayList<>();
        for (String name : names) {
            try {
                checkArgument(name.indexOf('*') < 0, "a wildcard in a name (expected: whole names, or * alone)");
                hosts.add(withoutDot(HostAndPort.host(name).host()));
            } catch (IllegalArgumentException invalid) {
                throw new IllegalArgumentException("allowedHosts: '" + name + "': " + invalid.getMessage(), invalid);
            }
        }
        return hosts.isEmpty() ? LOOPBACK : new AllowedHosts(Set.copyOf(hosts));
    }

    /** Returns these names and a further one, if it is valid. */
    public AllowedHosts and(String name) {
        Set<String> more = new HashSet<>(names);
        more.addAll(of(name).names);
        return new AllowedHosts(Set.copyOf(more), current);
    }

    private boolean has(String name) {
        return names.contains(name) || (current != null && current.get().has(name));
    }

    /**
     * Whether a request may name its host.
     *
     * @param host value of the {@code Host} field, with or without a port
     * @param peer remote address
     */
    public boolean allows(String host, Address peer) {
        if (has(ANY_HOST) || !(peer instanceof Address.Tcp tcp) || !isLoopback(tcp.host())) {
            return true;
        }
        String name = name(host);
        return name != null && (isLoopback(name) || isLocalhost(name) || has(name));
    }

    private static @Nullable String name(String host) {
        try {
            return withoutDot(HostAndPort.parse(host).host());
        } catch (IllegalArgumentException invalid) {
            return null;
        }
    }

    private static String withoutDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    private static boolean isLocalhost(String name) {
        return name.equals("localhost") || name.endsWith(".localhost");
    }

    /** Whether an IP address is a loopback address. */
    private static boolean isLoopback(String address) {
        return address.equals("::1")
                || address.equals("0:0:0:0:0:0:0:1")
                || (address.startsWith("127.") && address.matches("[0-9.]+"));
    }

    @Override
    public String toString() {
        if (current != null) {
            return "changing";
        }
        return names.contains(ANY_HOST) ? "any" : "loopback names" + (names.isEmpty() ? "" : " and " + names);
    }
}
