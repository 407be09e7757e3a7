package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.transport.PeerCredentials;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.FileSystems;
import java.nio.file.attribute.UserPrincipal;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Addresses, credentials and certificates of the peers of channels. */
final class Peers {

    private static final FailureLog failures = new FailureLog(LoggerFactory.getLogger(Peers.class));
    private static final int CACHED_USERS = 1024;
    private static final ChannelOption<UnixDomainPrincipal> PEER =
            NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED);

    // A lookup of a user may query a directory service.
    private static final ConcurrentHashMap<Integer, UserPrincipal> users = new ConcurrentHashMap<>();

    private Peers() {}

    /**
     * Reads the credentials of the peer from the system now; the supplier looks up the name of the user. It returns an empty
     * result where the system has no credentials.
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
            failures.expected("peer credentials", "Peer credentials not available: channel=" + channel + " cause=" + e);
        }
        return Optional::empty;
    }

    /** Returns the verified certificates of a peer after its TLS handshake; empty without TLS or a certificate. */
    static List<X509Certificate> certificates(@Nullable SslHandler tls) {
        if (tls == null) {
            return List.of();
        }
        try {
            return Stream.of(tls.engine().getSession().getPeerCertificates())
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (SSLPeerUnverifiedException none) {
            return List.of();
        }
    }

    private static Supplier<Optional<PeerCredentials>> natively(io.netty.channel.unix.PeerCredentials peer) {
        int uid = peer.uid();
        int pid = peer.pid();
        return () -> {
            try {
                return Optional.of(
                        new PeerCredentials(user(uid), pid > 0 ? OptionalLong.of(pid) : OptionalLong.empty()));
            } catch (IOException e) {
                failures.expected("user lookup", "User lookup failed: uid=" + uid + " cause=" + e);
                return Optional.empty();
            }
        };
    }

    /** Returns the user with an id. The lookup by name accepts the id, unless a user has the id as a name. */
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
                // Converts an IPv4 address that is mapped into IPv6.
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
