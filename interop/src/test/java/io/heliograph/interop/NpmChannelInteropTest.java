package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.channel.ChannelSocket;
import io.heliograph.channel.OpenChannel;
import io.heliograph.testkit.Checklist;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Byte channels with the npm package {@code open-channel}. Its election lists processes, so one test runs at a time. */
class NpmChannelInteropTest {

    private static final Duration DEADLINE = Duration.ofSeconds(30);

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    private Path folder() {
        return scratch.path("x").getParent();
    }

    private PeerProcess npm(boolean idle) {
        return scratch.closing(PeerProcess.npmChannel(folder(), "c", idle));
    }

    /** Closes the channel, which removes its files, before the directory is deleted. */
    private OpenChannel closing(OpenChannel channel) {
        scratch.closing(() -> channel.closeGracefully(Duration.ofSeconds(5)).join());
        return channel;
    }

    private OpenChannel.Builder builder() {
        return OpenChannel.builder("c").directory(folder());
    }

    @Checklist("CHANNEL 34")
    @Test
    void channelAttachesToNpmHostAndNoticesItsEnd() {
        PeerProcess host = npm(false);
        host.await("connect");
        OpenChannel channel = closing(builder().mayHost(false).build(connection -> {}));
        ConcurrentLinkedQueue<CharSequence> echoed = new ConcurrentLinkedQueue<>();
        byte[] all = new byte[256 * 40];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        ChannelSocket socket = channel.connect(
                Duration.ofSeconds(20),
                fresh -> fresh.onData(bytes -> echoed.add(StandardCharsets.ISO_8859_1.decode(bytes))));
        socket.write(ByteBuffer.wrap(all));
        String expected = new String(all, StandardCharsets.ISO_8859_1);
        await().atMost(DEADLINE).until(() -> String.join("", echoed).equals(expected));
        host.kill9();
        await().atMost(DEADLINE).until(() -> channel.state() == OpenChannel.State.CONNECTING);
        PeerProcess next = npm(false);
        next.await("connect");
        await().atMost(DEADLINE).until(channel::isConnected);
    }

    @Checklist("CHANNEL 35")
    @Test
    void npmClientConnectsToHostWithElectedPid() {
        PeerProcess decoy = npm(true);
        decoy.await("ready");
        List<String> received = new CopyOnWriteArrayList<>();
        AtomicInteger accepted = new AtomicInteger();
        OpenChannel channel = closing(builder().hostPid(decoy.pid()).build(connection -> {
            accepted.incrementAndGet();
            connection.onData(bytes ->
                    received.add(StandardCharsets.ISO_8859_1.decode(bytes).toString()));
            connection.onData(bytes -> connection.write("answer"));
        }));
        channel.connect();
        await().atMost(DEADLINE).until(channel::isConnected);
        PeerProcess client = npm(false);
        client.command("write", "data", "question");
        client.await("connect");
        assertThat(client.await("data").get("data")).isEqualTo("answer");
        await().atMost(DEADLINE).until(() -> accepted.get() == 2);
        assertThat(String.join("", received)).isEqualTo("question");
    }
}
