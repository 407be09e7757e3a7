package io.heliograph.channel.message;

import io.heliograph.Dispatch;
import io.heliograph.channel.Member;
import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.election.BlockingTask;
import io.heliograph.channel.election.ChannelDirectory;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takeovers in small: members of a channel of their own, in a temporary directory, of which the one that hosts leaves. In a
 * process that has seen none yet, a takeover would else begin with the loading of all those classes, and the linking of all
 * those lambdas, which takes longer than the rest of it.
 */
final class TakeoverWarmUp {

    private static final Logger log = LoggerFactory.getLogger(MessageChannel.class);
    private static final int LIMIT_SECONDS = 5;

    /** After a few the compiler has seen what there is, too. */
    private static final int TAKEOVERS = 3;

    private static final String NAME = "rehearsal";

    /** No system has as many processes. */
    private static final long NOBODY = 999_999_999;

    private static final AtomicBoolean held = new AtomicBoolean();

    private TakeoverWarmUp() {}

    /** Holds the one of this process, unless it was held. */
    static void hold(MessageOptions options) {
        if (held.compareAndSet(false, true)) {
            BlockingTask.start(() -> {
                try {
                    hold(options, Files.createTempDirectory("hc"));
                } catch (IOException | RuntimeException e) {
                    // Nothing depends on it.
                    log.debug("no rehearsal of a takeover", e);
                }
            });
        }
    }

    private static void hold(MessageOptions options, Path parent) throws IOException {
        MessageChannel host = member(options, parent);
        try {
            await(host.connect());
            for (int i = 0; i < TAKEOVERS; i++) {
                leaveEntryOfTheDead(parent);
                host = takenOver(host, member(options, parent));
            }
        } finally {
            await(host.closeGracefully(Duration.ZERO));
            delete(parent);
        }
    }

    /** What a host leaves behind that was killed. */
    private static void leaveEntryOfTheDead(Path parent) throws IOException {
        ChannelDirectory directory = ChannelDirectory.of(parent, NAME, MessageOptions.DIRECTORY_SUFFIX);
        Path entry = directory.entry(NOBODY);
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(entry));
        }
    }

    /** The host leaves, and {@code successor} takes over. */
    private static MessageChannel takenOver(MessageChannel host, MessageChannel successor) {
        CompletableFuture<Member> takeover = new CompletableFuture<>();
        successor.onTakeover(takeover::complete);
        try {
            await(successor.connect());
            await(host.closeGracefully(Duration.ZERO));
            await(takeover);
            return successor;
        } catch (RuntimeException e) {
            successor.closeGracefully(Duration.ZERO);
            throw e;
        }
    }

    private static MessageChannel member(MessageOptions options, Path parent) {
        // The user's threads are not for this.
        boolean direct = options.dispatch().executor() == null;
        MessageChannel member = MessageChannel.builder(NAME)
                .directory(parent)
                .rendezvous(options.rendezvous())
                .dispatch(direct ? options.dispatch() : Dispatch.virtual())
                .build();
        member.onError(error -> log.debug("in the rehearsal of a takeover", error));
        return member;
    }

    private static <T> T await(CompletableFuture<T> result) {
        return result.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        }
    }
}
