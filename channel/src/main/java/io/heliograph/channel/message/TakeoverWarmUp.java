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
 * Takeovers of a private channel in a temporary directory. They load the classes and link the lambdas of a takeover, which takes
 * longer than the rest of the first takeover of a process.
 */
final class TakeoverWarmUp {

    private static final Logger log = LoggerFactory.getLogger(MessageChannel.class);
    private static final int TIMEOUT_SECONDS = 5;

    /** Suffices for the compiler to see all code of a takeover. */
    private static final int TAKEOVERS = 3;

    private static final String NAME = "warm-up";

    /** Higher than any process id. */
    private static final long UNUSED_PID = 999_999_999;

    private static final AtomicBoolean started = new AtomicBoolean();

    private TakeoverWarmUp() {}

    /** Starts the warm-up on another thread, once per process. */
    static void runOnce(MessageOptions options) {
        if (started.compareAndSet(false, true)) {
            BlockingTask.start(() -> {
                try {
                    run(options, Files.createTempDirectory("hc"));
                } catch (IOException | RuntimeException e) {
                    log.debug("Takeover warm-up failed", e);
                }
            });
        }
    }

    private static void run(MessageOptions options, Path parent) throws IOException {
        MessageChannel host = member(options, parent);
        try {
            await(host.connect());
            for (int i = 0; i < TAKEOVERS; i++) {
                createStaleEntry(parent);
                host = takeOver(host, member(options, parent));
            }
        } finally {
            await(host.closeGracefully(Duration.ZERO));
            delete(parent);
        }
    }

    /** Creates the entry of a host that was killed. */
    private static void createStaleEntry(Path parent) throws IOException {
        ChannelDirectory directory = ChannelDirectory.of(parent, NAME, MessageOptions.DIRECTORY_SUFFIX);
        try (ServerSocketChannel stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stale.bind(UnixDomainSocketAddress.of(directory.entry(UNUSED_PID)));
        }
    }

    private static MessageChannel takeOver(MessageChannel host, MessageChannel successor) {
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
        // The warm-up does not use executors of the application.
        Dispatch dispatch = options.endpoint().dispatch();
        MessageChannel member = MessageChannel.builder(NAME)
                .directory(parent)
                .rendezvous(options.rendezvous())
                .dispatch(dispatch.executor() == null ? dispatch : Dispatch.virtual())
                .build();
        member.onError(error -> log.debug("Takeover warm-up failed", error));
        return member;
    }

    private static <T> T await(CompletableFuture<T> result) {
        return result.orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS).join();
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
