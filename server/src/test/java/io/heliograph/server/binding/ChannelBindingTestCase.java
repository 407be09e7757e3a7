package io.heliograph.server.binding;

import static org.awaitility.Awaitility.await;

import io.heliograph.Subscription;
import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.RequestFailedException;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.server.ChannelProtocol;
import io.heliograph.server.Hub;
import io.heliograph.server.HubBuilder;
import io.heliograph.server.Protocols;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Scratch;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A hub on the message channel {@code m}, and members in this process. */
abstract class ChannelBindingTestCase {

    static final Duration LONG = Duration.ofSeconds(20);
    private static final Codec JSON = Codec.named("json");

    @RegisterExtension
    final Scratch scratch = new Scratch();

    final List<Throwable> errors = new CopyOnWriteArrayList<>();

    static ConditionFactory eventually() {
        return await().atMost(Await.TIMEOUT).pollInterval(Duration.ofMillis(5));
    }

    final Hub start(HubBuilder builder, UnaryOperator<ChannelProtocol> options) {
        Hub hub = builder.listen(
                        "channel:m",
                        options.apply(
                                Protocols.messageChannel().configure(channel -> channel.directory(scratch.folder()))))
                .build();
        hub.onError(errors::add);
        scratch.closing(() -> Await.value(hub.closeGracefully(Duration.ofSeconds(2))));
        Await.value(hub.start());
        return hub;
    }

    final Hub start() {
        return start(Hub.builder(), protocol -> protocol);
    }

    /** A member that knows the hub, with its messages. */
    final class Joined {

        final MessageChannel channel;
        final List<String> messages = new CopyOnWriteArrayList<>();

        Joined(UnaryOperator<MessageChannel.Builder> options) {
            channel = options.apply(MessageChannel.builder("m").directory(scratch.folder()))
                    .build();
            scratch.closing(() -> Await.value(channel.closeGracefully(Duration.ofSeconds(2))));
            channel.onMessage(message ->
                    messages.add(message.topic() + "=" + message.payload().text()));
            Await.value(channel.connect());
            eventually().until(() -> channel.hub().isPresent());
        }

        <T> CompletableFuture<T> call(String procedure, @Nullable Object argument, Class<T> type) {
            return channel.request(channel.hub().orElseThrow(), procedure, argument, type, LONG);
        }

        RequestFailedException failure(String procedure, @Nullable Object argument) {
            return (RequestFailedException) Await.failure(call(procedure, argument, Object.class));
        }
    }

    final Joined join() {
        return new Joined(builder -> builder);
    }

    static List<String> subscribe(Hub hub, String channel) {
        List<String> received = new CopyOnWriteArrayList<>();
        Subscription subscription = hub.channel(channel)
                .on(publication ->
                        received.add(publication.hasData() ? publication.data().text() : "no data"));
        Await.value(subscription.subscribed());
        return received;
    }

    static Payload json(String text) {
        return Payload.of(JSON, Frame.utf8(text));
    }
}
