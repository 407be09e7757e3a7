package io.heliograph.channel.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.channel.ChannelSocket;
import io.heliograph.channel.OpenChannel;
import io.heliograph.channel.Rendezvous;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Checklist;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Order, retention and limits of written bytes. */
class OpenChannelWriteTest extends OpenChannelTestCase {

    @Checklist("CHANNEL 9")
    @ParameterizedTest
    @EnumSource(names = {"UNIX", "LOOPBACK"})
    void bytesPassUnchangedInBothDirections(Rendezvous rendezvous) throws Exception {
        byte[] sent = new byte[10_000_000];
        new Random(1).nextBytes(sent);
        MessageDigest back = MessageDigest.getInstance("SHA-256");
        AtomicLong count = new AtomicLong();
        OpenChannel host = scratch.closing(OpenChannel.builder("e")
                .directory(scratch.folder())
                .rendezvous(rendezvous)
                .build(connection -> connection.onData(connection::write)));
        OpenChannel member = scratch.closing(
                OpenChannel.builder("e").directory(scratch.folder()).build(c -> {}));
        host.connect();
        eventually().until(host::isConnected);
        ChannelSocket socket = member.connect();
        socket.onData(bytes -> {
            count.addAndGet(bytes.remaining());
            back.update(bytes);
        });
        Random cuts = new Random(2);
        for (int at = 0; at < sent.length; ) {
            int length = Math.min(sent.length - at, 1 + cuts.nextInt(200_000));
            Await.value(socket.write(ByteBuffer.wrap(sent, at, length)));
            at += length;
        }
        eventually().until(() -> count.get() == sent.length);
        assertThat(back.digest()).isEqualTo(MessageDigest.getInstance("SHA-256").digest(sent));
    }

    @Checklist({"CHANNEL 10", "CHANNEL 11"})
    @Test
    void writesBeforeConnectionArriveFirstAndInOrder() {
        OpenChannelFixture host = open();
        ChannelSocket socket = host.connect();
        StringBuilder expected = new StringBuilder();
        List<CompletableFuture<Void>> written = new ArrayList<>();
        for (int i = 0; i < 500 || !host.channel.isConnected(); i++) {
            written.add(socket.write(i + ";"));
            expected.append(i).append(';');
            written.removeIf(CompletableFuture::isDone);
            if (written.size() > 900) {
                Await.value(written.getFirst());
            }
        }
        Await.value(socket.write("end"));
        expected.append("end");
        eventually().until(() -> host.hostRead().endsWith("end"));
        assertThat(host.hostRead()).isEqualTo(expected.toString());
    }

    @Checklist({"CHANNEL 12", "CHANNEL 13"})
    @Test
    void writesWaitForLateHost() throws IOException {
        OpenChannelFixture member = open(builder -> builder.mayHost(false).hostPid(PID));
        ChannelSocket socket = member.connect();
        socket.write("early;");
        socket.write("bird");
        assertThat(member.channel.state()).isEqualTo(OpenChannel.State.CONNECTING);
        OpenChannelFixture host = open().connected();
        eventually().until(() -> host.hostRead().equals("early;bird"));
        assertThat(member.errors).isEmpty();
    }

    @Checklist({"CHANNEL 15", "CHANNEL 20"})
    @Test
    void writesDuringOutageAreKept() throws Exception {
        Files.createDirectory(directory());
        OpenChannelFixture member = open(builder -> builder.mayHost(false).hostPid(PID));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(entry()));
            member.connect();
            try (SocketChannel accepted = server.accept()) {
                eventually().until(member.channel::isConnected);
                server.close(); // first, or the member could connect to it once more
            }
        }
        eventually().until(() -> member.ends.get() == 1);
        eventually().until(() -> member.channel.state() == OpenChannel.State.CONNECTING);
        assertThat(member.channel.isConnected()).isFalse();
        CompletableFuture<Void> written = member.socket().write("kept");
        OpenChannelFixture host = open().connected();
        eventually().until(() -> host.hostRead().equals("kept"));
        Await.value(written);
    }

    @Checklist({"CHANNEL 16", "CHANNEL 17"})
    @Test
    void incompleteWritesAreResentToNextHost() throws Exception {
        Files.createDirectory(directory());
        OpenChannelFixture member = open(builder -> builder.mayHost(false).hostPid(PID));
        byte[] large = new byte[4_000_000];
        CompletableFuture<Void> first;
        CompletableFuture<Void> second;
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(entry()));
            ChannelSocket socket = member.connect();
            try (SocketChannel accepted = server.accept()) {
                first = socket.write(ByteBuffer.wrap(large));
                second = socket.write("second");
                // Some of it is read, and then the connection is reset.
                ByteBuffer some = ByteBuffer.allocate(1000);
                accepted.read(some);
                assertThat(first).isNotDone();
                server.close();
            }
        }
        OpenChannelFixture host = open().connected();
        eventually().until(() -> host.hostRead().length() == large.length + "second".length());
        assertThat(host.hostRead()).endsWith("\0second");
        Await.value(first);
        Await.value(second);
    }

    @Test
    void queuedWritesAreBounded() {
        OpenChannelFixture member = open(builder -> builder.mayHost(false).maxQueuedWrites(3));
        ChannelSocket socket = member.connect();
        socket.write("1");
        socket.write("2");
        socket.write("3");
        assertThatThrownBy(socket.write("4")::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(QueueFullException.class);
        assertThat(member.channel.stats().drops()).containsEntry(DropReason.QUEUE_FULL, 1L);
    }

    @Test
    void builderChangesDoNotAffectBuiltChannel() {
        OpenChannel.Builder builder = OpenChannel.builder("c")
                .directory(scratch.folder())
                .mayHost(false)
                .maxQueuedWrites(1);
        OpenChannel channel = scratch.closing(builder.build(connection -> {}));
        builder.maxQueuedWrites(100);
        ChannelSocket socket = channel.connect();
        socket.write("1");
        assertThat(Await.failure(socket.write("2"))).isInstanceOf(QueueFullException.class);
    }

    @Test
    void emptyWriteCompletes() {
        OpenChannelFixture host = open().connected();
        Await.value(host.socket().write(""));
    }

    @Test
    void endFlushesQueuedWritesAndCloses() {
        OpenChannelFixture host = open().connected();
        OpenChannelFixture member = open();
        ChannelSocket socket = member.connect();
        socket.write("last words");
        socket.end();
        eventually().until(() -> member.closes.get() == 1);
        eventually().until(() -> host.hostRead().equals("last words"));
        assertThat(member.channel.state()).isEqualTo(OpenChannel.State.CLOSED);
    }
}
