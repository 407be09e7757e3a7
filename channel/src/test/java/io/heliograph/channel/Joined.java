package io.heliograph.channel;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A message channel of a test, with what its listeners were told. */
final class Joined implements AutoCloseable {

    final MessageChannel channel;
    final List<String> messages = new CopyOnWriteArrayList<>();
    final List<Member> joined = new CopyOnWriteArrayList<>();
    final List<String> left = new CopyOnWriteArrayList<>();
    final List<Member> takeovers = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();

    Joined(Path parent, UnaryOperator<MessageChannel.Builder> options) {
        channel = options.apply(MessageChannel.builder("m").directory(parent)).build();
        channel.onMessage(m -> messages.add(m.topic() + "=" + m.payload().text()));
        channel.onJoined(joined::add);
        channel.onLeft((member, reason) -> left.add(member.id() + " " + reason));
        channel.onTakeover(takeovers::add);
        channel.onError(errors::add);
    }

    Joined connected() {
        channel.connect().orTimeout(20, java.util.concurrent.TimeUnit.SECONDS).join();
        return this;
    }

    Joined knowing(int members) {
        await().atMost(Opened.DEADLINE).until(() -> channel.members().size() == members);
        return this;
    }

    Member self() {
        return channel.self();
    }

    @Override
    public void close() {
        channel.closeGracefully(java.time.Duration.ofSeconds(2)).join();
    }
}
