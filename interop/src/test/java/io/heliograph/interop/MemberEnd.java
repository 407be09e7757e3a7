package io.heliograph.interop;

import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.RequestFailedException;
import io.heliograph.codec.Payload;
import io.heliograph.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.awaitility.Awaitility;

/** Member of the message channel {@code m}. */
final class MemberEnd extends HubEnd {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final MessageChannel channel;

    MemberEnd(Path directory) {
        super("MessageChannel");
        channel = MessageChannel.builder("m").directory(directory).build();
        channel.onMessage(message -> received("m/" + message.topic(), message.payload()));
        Await.value(channel.connect());
        Awaitility.await().until(() -> channel.hub().isPresent());
    }

    @Override
    void publish(String to, Payload data) {
        channel.send(to.substring("m/".length()), data);
    }

    /** A member receives all channels that begin with {@code m/}. */
    @Override
    void subscribe(String to) {}

    @Override
    boolean hasAbsence() {
        return false;
    }

    @Override
    String call(String procedure, Payload argument) {
        try {
            return text(channel.request(channel.hub().orElseThrow(), procedure, argument, Payload.class, TIMEOUT)
                    .join());
        } catch (CompletionException e) {
            return e.getCause() instanceof RequestFailedException failure
                    ? "error " + failure.code().orElse(0) + " " + failure.name()
                    : "error " + e.getCause();
        }
    }

    @Override
    void close() {
        Await.value(channel.closeGracefully(Duration.ofSeconds(2)));
    }
}
