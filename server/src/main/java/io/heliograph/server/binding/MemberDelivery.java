package io.heliograph.server.binding;

import io.heliograph.Subscription;
import io.heliograph.channel.Member;
import io.heliograph.channel.spi.MemberGroup;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.Gap;
import io.heliograph.exchange.Publication;
import io.heliograph.exchange.Subscriber;
import io.heliograph.server.HubAction;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubListener;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Delivers publications to the members of a message channel, as one message to all of them. Publications of a member are not delivered, since
 * the members have them as its message. Event loop only.
 */
final class MemberDelivery implements Subscriber {

    private static final int MAX_DEPARTED = 4096;
    private static final int MAX_DECISIONS = 10_000;

    /** Limit of the publications that wait for decisions, in bytes of their data and 256 for each. */
    private static final long MAX_WAITING_BYTES = 16L << 20;

    private static final int BASE_BYTES = 256;

    /** Time after which permissions are decided again. */
    private static final Duration DECISION_TIME = Duration.ofMillis(500);

    private final HubCore hub;
    private final HubListener listener;
    private final MemberGroup group;
    private final TopicNames names;

    // By id of the connection.
    private final Map<String, ChannelMember> members = new LinkedHashMap<>();
    private final Set<String> departed = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MAX_DEPARTED;
        }
    });
    private final Set<ChannelMember> restricted = new HashSet<>(0);
    private final Map<String, Decision> decisions = new HashMap<>();
    private @Nullable Subscription subscription;
    private long waitingBytes;

    MemberDelivery(HubCore hub, HubListener listener, MemberGroup group) {
        this.hub = hub;
        this.listener = listener;
        this.group = group;
        this.names = new TopicNames(group.name(), listener.names());
    }

    TopicNames names() {
        return names;
    }

    void start() {
        subscription = hub.exchange().subscribeMatching(names.channels(), group.loop(), this);
    }

    // ---- members

    void joined(ChannelMember member) {
        members.put(member.connection().id(), member);
    }

    void left(ChannelMember member) {
        String id = member.connection().id();
        members.remove(id);
        restricted.remove(member);
        departed.add(id);
    }

    /** Lets a member receive publications to all members. */
    void admitted(ChannelMember member) {
        if (!member.isRestricted()) {
            restricted.remove(member);
        }
    }

    /** Excludes a member from publications to all members. */
    void restricted(ChannelMember member) {
        if (members.containsValue(member)) {
            restricted.add(member);
        }
    }

    /** Ignores the messages of the member of another hub. */
    void ignore(Member other) {
        for (ChannelMember each : Set.copyOf(members.values())) {
            if (each.peer().member().equals(other)) {
                each.close("the channel has two hubs");
            }
        }
    }

    // ---- publications

    @Override
    public void published(Publication publication) {
        if (members.isEmpty()) {
            return;
        }
        Decision decision = decision(publication.channel());
        if (decision.waiting != null) {
            long bytes = bytes(publication);
            if (waitingBytes + bytes <= MAX_WAITING_BYTES) {
                waitingBytes += bytes;
                decision.waiting.add(publication);
            } else {
                group.missed();
            }
        } else if (decision.allowed) {
            deliver(publication);
        }
    }

    private static long bytes(Publication publication) {
        return (long) BASE_BYTES + publication.data().size();
    }

    @Override
    public void gap(Gap gap) {
        group.missed();
    }

    private void deliver(Publication publication) {
        String topic = names.topic(publication.channel());
        if (topic == null || topic.isEmpty()) {
            return;
        }
        Payload data = publication.data();
        String publisher = publication.publisher();
        ChannelMember sender = publisher == null ? null : members.get(publisher);
        if (sender != null) {
            if (listener.echo() && !sender.isExcluded(publication.channel())) {
                sender.peer().send(topic, data);
            }
        } else if (publisher != null && departed.contains(publisher)) {
            return;
        } else if (restricted.isEmpty()) {
            group.send(topic, data);
        } else {
            for (ChannelMember each : members.values()) {
                if (!each.isExcluded(publication.channel())) {
                    each.peer().send(topic, data);
                }
            }
        }
    }

    // ---- permissions

    /** Whether the members may receive a channel. All have one user, so the first member decides for all. */
    private static final class Decision {

        private final long at;
        private boolean allowed;

        // Publications until the decision, null afterwards.
        private @Nullable ArrayDeque<Publication> waiting;

        Decision(long at) {
            this.at = at;
        }
    }

    private Decision decision(String channel) {
        long now = group.loop().nanoTime();
        Decision known = decisions.get(channel);
        if (known != null && (known.waiting != null || now - known.at < DECISION_TIME.toNanos())) {
            return known;
        }
        if (decisions.size() >= MAX_DECISIONS) {
            decisions.values().removeIf(each -> each.waiting == null);
        }
        Decision decision = new Decision(now);
        decisions.put(channel, decision);
        ChannelMember first = members.values().iterator().next();
        CompletableFuture<Void> decided = first.connection().may(HubAction.SUBSCRIBE, channel);
        if (decided.isDone()) {
            decision.allowed = !decided.isCompletedExceptionally();
        } else {
            decision.waiting = new ArrayDeque<>();
            decided.whenComplete(
                    (allowed, denied) -> group.loop().executeOrRun(() -> decided(decision, denied == null)));
        }
        return decision;
    }

    private void decided(Decision decision, boolean allowed) {
        ArrayDeque<Publication> waiting = decision.waiting;
        decision.waiting = null;
        decision.allowed = allowed;
        if (waiting == null) {
            return;
        }
        for (Publication each : waiting) {
            waitingBytes -= bytes(each);
            if (allowed) {
                deliver(each);
            }
        }
    }

    void close() {
        if (subscription != null) {
            subscription.close();
        }
    }
}
