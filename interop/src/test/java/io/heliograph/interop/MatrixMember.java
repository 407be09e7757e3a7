package io.heliograph.interop;

import io.heliograph.channel.MessageChannel;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Member of the message channel {@code m}, whose topic {@code t} is the channel {@code m/t}. */
final class MatrixMember extends MatrixClients.QueuePeer {

    private static final Codec JSON = Codec.named("json");
    private static final String TOPIC = "t";

    private final MessageChannel channel;

    MatrixMember(Path directory) {
        channel = MessageChannel.builder("m").directory(directory).build();
        channel.onMessage(message -> {
            if (message.topic().equals(TOPIC)) {
                add(message.payload().text());
            }
        });
        Await.value(channel.connect());
        Awaitility.await().until(() -> channel.hub().isPresent());
    }

    /** Waits until this member knows all others, since a message reaches the known members. */
    MatrixMember knowing(int others) {
        Awaitility.await().until(() -> channel.members().size() == others);
        return this;
    }

    @Override
    public void send(Content content) {
        channel.send(TOPIC, Payload.of(JSON, Frame.utf8(content.json)));
    }

    @Override
    public void send(int number) {
        channel.send(TOPIC, number);
    }

    /** A member cannot send a message without data. */
    @Override
    public @Nullable String sent(Content content) {
        return content == Content.ABSENT ? null : content.json;
    }

    @Override
    public String received(String json) {
        return json.isEmpty() ? "null" : json;
    }

    @Override
    public void close() throws Exception {
        super.close();
        Await.value(channel.closeGracefully(Duration.ofSeconds(2)));
    }
}
