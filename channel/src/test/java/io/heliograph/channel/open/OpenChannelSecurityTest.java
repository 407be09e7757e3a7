package io.heliograph.channel.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.DropReason;
import io.heliograph.channel.Rendezvous;
import io.heliograph.testkit.AnotherUser;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.SilentUnixServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tokens of a host on a loopback port, and hosts of other users. */
@Timeout(60)
class OpenChannelSecurityTest extends OpenChannelTestCase {

    private OpenChannelFixture loopbackHost() {
        return open(builder -> builder.rendezvous(Rendezvous.LOOPBACK)).connected();
    }

    private SocketChannel connect() throws IOException {
        int port = Integer.parseInt(Files.readAllLines(entry()).getFirst());
        return SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    private byte[] token() throws IOException {
        return HexFormat.of().parseHex(Files.readAllLines(entry()).get(1));
    }

    private static void awaitEnd(SocketChannel client) throws IOException {
        try {
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        } catch (SocketException reset) {
            // As good: the connection was closed with unread bytes.
        }
    }

    private static void assertOneAccepted(OpenChannelFixture host) {
        eventually().until(() -> !host.accepted.isEmpty());
        assertThat(host.accepted).hasSize(1);
    }

    @Test
    void connectionWithoutTokenIsRejected() throws IOException {
        OpenChannelFixture host = loopbackHost();
        try (SocketChannel client = connect()) {
            client.write(ByteBuffer.wrap(new byte[40]));
            awaitEnd(client);
        }
        eventually().until(() -> host.channel.stats().drops().containsKey(DropReason.TOKEN_REFUSED));
        assertOneAccepted(host);
    }

    @Test
    void wrongTokenOfRightLengthIsRejected() throws IOException {
        OpenChannelFixture host = loopbackHost();
        byte[] token = token();
        token[token.length - 1] ^= 1;
        try (SocketChannel client = connect()) {
            client.write(ByteBuffer.wrap(token));
            awaitEnd(client);
        }
        eventually().until(() -> host.channel.stats().drops().containsKey(DropReason.TOKEN_REFUSED));
        assertOneAccepted(host);
    }

    @Test
    void incompleteTokenIsRejectedInTime() throws IOException {
        OpenChannelFixture host = loopbackHost();
        try (SocketChannel client = connect()) {
            client.write(ByteBuffer.wrap(token(), 0, 31));
            awaitEnd(client);
        }
        assertOneAccepted(host);
    }

    @Test
    void connectionsWithoutTokenAreLimited() throws IOException {
        OpenChannelFixture host = loopbackHost();
        List<SocketChannel> waiting = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            waiting.add(scratch.closing(connect()));
        }
        try (SocketChannel client = connect()) {
            awaitEnd(client);
        }
        assertThat(host.channel.stats().drops()).containsEntry(DropReason.TOO_MANY_HANDSHAKES, 1L);
        waiting.getFirst().write(ByteBuffer.wrap(token()));
        eventually().until(() -> host.accepted.size() == 2);
    }

    @Test
    void portFileIsReadableByItsOwnerOnly() throws IOException {
        loopbackHost();
        assertThat(Files.getPosixFilePermissions(entry())).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    /** The socket file passes all checks; only the kernel knows whose process listens. */
    @Test
    void hostOfAnotherUserReceivesNothing() throws IOException {
        assumeTrue(AnotherUser.isAvailable());
        Path theirs = Files.createDirectory(scratch.folder().resolve("theirs"));
        Path classes = Files.createDirectory(scratch.folder().resolve("classes"));
        Files.setPosixFilePermissions(scratch.folder(), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(theirs, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path socket = theirs.resolve("s");
        try (AnotherUser host = AnotherUser.start(classes, SilentUnixServer.class, socket.toString())) {
            assertThat(host.readLine()).isEqualTo("listening");
            Files.setAttribute(socket, "unix:uid", Files.getAttribute(scratch.folder(), "unix:uid"));
            Path directory = Files.createDirectory(
                    directory(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.move(
                    socket,
                    directory.resolve(Long.toString(
                            ProcessHandle.current().parent().orElseThrow().pid())));
            OpenChannelFixture member = open();
            member.connect().write("secret");
            assertThat(host.readLine()).isEqualTo("received 0");
            eventually().until(() -> member.hostRead().equals("secret"));
            assertThat(member.channel.isHosting()).isTrue();
            assertThat(member.channel.stats().drops()).containsKey(DropReason.USER_REFUSED);
            Await.value(member.channel.closeGracefully(Duration.ofSeconds(5)));
        }
    }
}
