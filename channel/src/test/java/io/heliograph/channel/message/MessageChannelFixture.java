package io.heliograph.channel.message;

import static org.awaitility.Awaitility.await;

import io.heliograph.channel.Member;
import io.heliograph.channel.MessageChannel;
import io.heliograph.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A message channel with the events of its listeners. */
final class MessageChannelFixture implements AutoCloseable {

    final MessageChannel channel;
    final List<String> messages = new CopyOnWriteArrayList<>();
    final List<Member> joined = new CopyOnWriteArrayList<>();
    final List<String> left = new CopyOnWriteArrayList<>();
    final List<Member> takeovers = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();

    MessageChannelFixture(Path parent, UnaryOperator<MessageChannel.Builder> options) {
        channel = options.apply(MessageChannel.builder("m").directory(parent)).build();
        channel.onMessage(m -> messages.add(m.topic() + "=" + m.payload().text()));
        channel.onJoin(joined::add);
        channel.onLeave((member, reason) -> left.add(member.id() + " " + reason));
        channel.onTakeover(takeovers::add);
        channel.onError(errors::add);
    }

    MessageChannelFixture connected() {
        Await.value(channel.connect());
        return this;
    }

    MessageChannelFixture knowing(int members) {
        await().atMost(Await.TIMEOUT).until(() -> channel.members().size() == members);
        return this;
    }

    Member self() {
        return channel.self();
    }

    @Override
    public void close() {
        Await.value(channel.closeGracefully(Duration.ofSeconds(2)));
    }
}
