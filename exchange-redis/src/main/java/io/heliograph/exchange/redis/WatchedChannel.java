package io.heliograph.exchange.redis;

import io.heliograph.exchange.presence.Presence.Member;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Members of a channel on all nodes, as far as this node knows. Changes that arrive while the members are read are applied to them afterwards.
 * Guarded by its partition.
 */
final class WatchedChannel {

    /** Change of a member on a node; it has left if it is null. */
    private record Change(String node, String id, @Nullable Member member) {}

    private final Predicate<String> alive;
    private final BiConsumer<String, @Nullable Member> onChange;
    private Map<String, Map<String, Member>> nodes = new LinkedHashMap<>();
    private final Map<String, Member> shown = new HashMap<>();
    private final List<Change> sinceRead = new ArrayList<>();
    private boolean reading;
    private boolean hasBegun;

    /**
     * @param alive whether a node is alive
     * @param onChange receives the id of a changed member, and the member or null
     */
    WatchedChannel(Predicate<String> alive, BiConsumer<String, @Nullable Member> onChange) {
        this.alive = alive;
        this.onChange = onChange;
    }

    /** Begins to read the members. One read at a time. */
    void beginRead() {
        reading = true;
    }

    /** Ends a read, which may have failed. */
    void endRead() {
        reading = false;
        sinceRead.clear();
    }

    /**
     * Takes the members that were read.
     *
     * @param begun called the first time, between these members and the changes since
     */
    void read(Map<String, Map<String, Member>> members, Runnable begun) {
        nodes = new LinkedHashMap<>(members);
        if (!hasBegun) {
            hasBegun = true;
            compare();
            begun.run();
        }
        sinceRead.forEach(this::apply);
        endRead();
        compare();
    }

    /** Takes a change. */
    void change(String node, String id, @Nullable Member member) {
        Change change = new Change(node, id, member);
        if (reading) {
            sinceRead.add(change);
        }
        if (hasBegun) {
            apply(change);
            compare(id);
        }
    }

    private void apply(Change change) {
        if (change.member == null) {
            Map<String, Member> members = nodes.get(change.node);
            if (members != null) {
                members.remove(change.id);
            }
        } else {
            nodes.computeIfAbsent(change.node, node -> new LinkedHashMap<>()).put(change.id, change.member);
        }
    }

    /** Reports all members that differ from those that were reported, such as those of a dead node. */
    void compare() {
        Set<String> ids = new HashSet<>(shown.keySet());
        nodes.values().forEach(members -> ids.addAll(members.keySet()));
        ids.forEach(this::compare);
    }

    private void compare(String id) {
        Member present = null;
        for (Map.Entry<String, Map<String, Member>> node : nodes.entrySet()) {
            Member member = node.getValue().get(id);
            if (member != null && alive.test(node.getKey())) {
                present = member;
            }
        }
        if (present == null) {
            if (shown.remove(id) != null) {
                onChange.accept(id, null);
            }
        } else if (!present.equals(shown.put(id, present))) {
            onChange.accept(id, present);
        }
    }
}
