package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.transport.PeerCredentials;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.FileSystems;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who is at the other end of a channel. */
final class Peers {

    private static final Logger log = LoggerFactory.getLogger(Peers.class);
    private static final int CACHED_USERS = 1024;
    private static final ChannelOption<UnixDomainPrincipal> PEER =
            NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED);

    // User lookups may ask a directory in the network.
    private static final ConcurrentHashMap<Integer, UserPrincipal> users = new ConcurrentHashMap<>();

    private Peers() {}

    /**
     * Asks the system who the peer is, now; what the answer means is looked up when the result is asked for. The result is
     * empty where the system does not know.
     */
    static Supplier<Optional<PeerCredentials>> credentials(Channel channel) {
        try {
            if (channel instanceof EpollDomainSocketChannel epoll) {
                return natively(epoll.peerCredentials());
            }
            if (channel instanceof KQueueDomainSocketChannel kqueue) {
                return natively(kqueue.peerCredentials());
            }
            if (channel instanceof NioDomainSocketChannel nio) {
                UnixDomainPrincipal peer = nio.config().getOption(PEER);
                if (peer != null) {
                    return () -> Optional.of(new PeerCredentials(peer.user(), OptionalLong.empty()));
                }
            }
        } catch (IOException | RuntimeException e) {
            log.warn("the system does not tell who the peer is", e);
        }
        return Optional::empty;
    }

    private static Supplier<Optional<PeerCredentials>> natively(io.netty.channel.unix.PeerCredentials peer) {
        int uid = peer.uid();
        int pid = peer.pid();
        return () -> {
            try {
                return Optional.of(
                        new PeerCredentials(user(uid), pid > 0 ? OptionalLong.of(pid) : OptionalLong.empty()));
            } catch (IOException e) {
                log.warn("no user of number {} (expected: one the file system knows)", uid, e);
                return Optional.empty();
            }
        };
    }

    /** The user with a number, which the lookup takes for a name and, as no user has that name, for a number. */
    private static UserPrincipal user(int uid) throws IOException {
        UserPrincipal known = users.get(uid);
        if (known != null) {
            return known;
        }
        UserPrincipal found =
                FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(Integer.toString(uid));
        if (users.size() >= CACHED_USERS) {
            users.clear();
        }
        users.put(uid, found);
        return found;
    }

    static Address.Tcp address(InetSocketAddress socket) {
        InetAddress address = socket.getAddress();
        if (address instanceof Inet6Address) {
            try {
                // Gives the IPv4 form to an IPv4 address that came mapped into IPv6.
                InetAddress plain = InetAddress.getByAddress(address.getAddress());
                if (plain instanceof Inet4Address) {
                    address = plain;
                }
            } catch (UnknownHostException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
        return new Address.Tcp(address.getHostAddress(), socket.getPort());
    }
}
