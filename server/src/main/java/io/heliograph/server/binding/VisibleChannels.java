package io.heliograph.server.binding;

import io.heliograph.exchange.Publication;
import io.heliograph.transport.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decisions about the channels that a connection receives without a subscription, one for each channel. Publications wait for a deferred
 * decision. Event loop only.
 */
final class VisibleChannels {

    /** Limits the remembered decisions; they are all forgotten then, and made again. */
    private static final int MAX_DECISIONS = 1024;

    /** Limits the publications of a channel that wait for its decision; further ones are dropped. */
    private static final int MAX_WAITING = 256;

    private final EventLoop loop;
    private final Function<String, CompletableFuture<Void>> decider;
    private final Consumer<Publication> output;
    private final Runnable onDrop;
    private final Map<String, Decision> decisions = new HashMap<>();

    private static final class Decision {

        private boolean allowed;

        // Publications that wait for the decision; null once it is made.
        private @Nullable List<Publication> waiting = new ArrayList<>(1);
    }

    /**
     * @param decider decides whether a channel is visible
     * @param onDrop counts a publication that is dropped
     */
    VisibleChannels(
            EventLoop loop,
            Function<String, CompletableFuture<Void>> decider,
            Consumer<Publication> output,
            Runnable onDrop) {
        this.loop = loop;
        this.decider = decider;
        this.output = output;
        this.onDrop = onDrop;
    }

    void deliver(Publication publication) {
        String channel = publication.channel();
        Decision known = decisions.get(channel);
        Decision decision = known == null ? decide(channel) : known;
        List<Publication> waiting = decision.waiting;
        if (waiting == null) {
            if (decision.allowed) {
                output.accept(publication);
            }
        } else if (waiting.size() < MAX_WAITING) {
            waiting.add(publication);
        } else {
            onDrop.run();
        }
    }

    private Decision decide(String channel) {
        if (decisions.size() >= MAX_DECISIONS) {
            decisions.clear();
        }
        Decision decision = new Decision();
        decisions.put(channel, decision);
        decider.apply(channel).whenComplete((allowed, denied) -> {
            if (loop.inLoop()) {
                decided(channel, decision, denied == null);
            } else {
                loop.executeOrRun(() -> decided(channel, decision, denied == null));
            }
        });
        return decision;
    }

    @SuppressWarnings("ReferenceEquality") // a decision that was forgotten has no effect
    private void decided(String channel, Decision decision, boolean allowed) {
        List<Publication> waiting = decision.waiting;
        if (waiting == null) {
            return; // hidden meanwhile
        }
        decision.waiting = null;
        decision.allowed = allowed && decisions.get(channel) == decision;
        if (decision.allowed) {
            waiting.forEach(output);
        }
    }

    /** Hides a channel until the decisions are forgotten. */
    void hide(String channel) {
        Decision decision = new Decision();
        decision.waiting = null;
        decisions.put(channel, decision);
    }

    /** Forgets all decisions, because the principal has changed. */
    void clear() {
        decisions.clear();
    }
}
