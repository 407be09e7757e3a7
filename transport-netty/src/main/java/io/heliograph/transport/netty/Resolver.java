package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Resolves hosts. A name is looked up on a thread of its own, since a lookup may take seconds. */
final class Resolver {

    /** Receives the outcome, on the event loop, or on another thread if the loop has terminated. */
    @FunctionalInterface
    interface Answer {

        /** Reports at least one address, the preferred one first, or the failure. */
        void resolved(List<InetSocketAddress> addresses, @Nullable Throwable failure);
    }

    private Resolver() {}

    /** Reports the outcome on {@code loop}; at once if the caller is on it and the host is an IP address. */
    static void resolve(Address.Tcp address, NettyEventLoop loop, Answer answer) {
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(address.host());
        if (literal != null) {
            InetSocketAddress only = literally(literal, address);
            if (only.isUnresolved()) {
                UnknownHostException unknown = new UnknownHostException("no network interface of this name");
                loop.run(() -> answer.resolved(List.of(), unknown));
            } else {
                loop.run(() -> answer.resolved(List.of(only), null));
            }
            return;
        }
        Thread.ofVirtual().name("heliograph-resolver").start(() -> {
            List<InetSocketAddress> found;
            Throwable failure;
            try {
                found = lookUp(address);
                failure = null;
            } catch (UnknownHostException | RuntimeException e) {
                found = List.of();
                failure = e;
            }
            List<InetSocketAddress> addresses = found;
            Throwable cause = failure;
            try {
                loop.execute(() -> answer.resolved(addresses, cause));
            } catch (RejectedExecutionException ended) {
                // The loop has terminated, so that no other task of it runs concurrently.
                answer.resolved(List.of(), ended);
            }
        });
    }

    private static InetSocketAddress literally(byte[] literal, Address.Tcp address) {
        try {
            return address.host().indexOf('%') < 0
                    ? new InetSocketAddress(InetAddress.getByAddress(literal), address.port())
                    : new InetSocketAddress(address.host(), address.port()); // keeps the scope
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static List<InetSocketAddress> lookUp(Address.Tcp address) throws UnknownHostException {
        return Arrays.stream(InetAddress.getAllByName(address.host()))
                .map(each -> new InetSocketAddress(each, address.port()))
                .toList();
    }
}
