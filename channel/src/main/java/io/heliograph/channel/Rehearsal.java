package io.heliograph.channel;

import io.heliograph.CloseReason;
import io.heliograph.TransportException;
import io.heliograph.frame.Frame;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hosts a channel of its own for a moment, in a temporary directory, and joins it. In a process that has hosted nothing yet, a
 * takeover would else begin with the loading of all those classes, which takes longer than the rest of it.
 */
final class Rehearsal implements Election.Party {

    private static final Logger log = LoggerFactory.getLogger(MessageChannel.class);
    private static final int LIMIT_SECONDS = 5;
    private static final AtomicBoolean held = new AtomicBoolean();

    private final MessageChannel.Builder options;
    private final Election.Terms terms;
    private final byte[] secret = new byte[Wire.SECRET_BYTES];
    private final CompletableFuture<Link> welcome = new CompletableFuture<>();

    // Written before the election has an outcome.
    private volatile @Nullable HostRelay relay;

    private Rehearsal(MessageChannel.Builder options, Election.Terms terms) {
        this.options = options;
        this.terms = terms;
    }

    /** Holds the one of this process, elsewhere, unless it was held. */
    static void hold(MessageChannel.Builder options, Election.Terms terms) {
        if (held.compareAndSet(false, true)) {
            Blocking.start(() -> {
                try {
                    hold(options, terms, Files.createTempDirectory("hc"));
                } catch (IOException | RuntimeException e) {
                    // Nothing depends on it.
                    log.debug("no rehearsal of a takeover", e);
                }
            });
        }
    }

    private static void hold(MessageChannel.Builder options, Election.Terms real, Path parent)
            throws IOException {
        try {
            ChannelDirectory directory = ChannelDirectory.of(parent, "rehearsal", "");
            new Rehearsal(options, real.at(directory)).run();
        } finally {
            delete(parent);
        }
    }

    private void run() {
        Election.Outcome outcome = await(new Election(terms, this).attempt());
        Hosting hosting = outcome.hosting();
        if (hosting != null) {
            try {
                await(welcome).close(new CloseReason.Local());
            } finally {
                await(hosting.close());
                HostRelay relaying = relay;
                if (relaying != null) {
                    DefaultOpenChannel.onLoop(terms.loop(), relaying::stop);
                }
            }
        }
    }

    private static <T> T await(CompletableFuture<T> result) {
        return result.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public LinkHandler linked(Link link, byte[] token) {
        link.send(Wire.hello(secret, Processes.OWN, token));
        return new LinkHandler() {
            @Override
            public void frame(Link from, Frame frame) {
                welcome.complete(from);
            }

            @Override
            public void closed(Link from, CloseReason reason) {
                welcome.completeExceptionally(new CompletionException("closed: " + reason, null));
            }
        };
    }

    @Override
    public Transport.AcceptHandler door(byte[] token) {
        HostRelay fresh =
                new HostRelay(
                        Id.ofSecret(secret),
                        token,
                        terms.loop(),
                        options,
                        new Counters(),
                        error -> {});
        relay = fresh;
        return fresh;
    }

    @Override
    public void refused(TransportException why) {}

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        }
    }
}
