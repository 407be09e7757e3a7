package io.heliograph.channel;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.channel.MemberProtocol.Peer;
import io.heliograph.frame.Frame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Some processes that run the real protocol, the links between them, and every step that the world can take next.
 *
 * <p>A link is two queues. When the process at one end dies, the other end may still read what was on its way, or any part of
 * it. A world is made again from the numbers of the steps that were taken.
 */
final class World {

    /** A step that may be taken now. */
    record Step(String name, boolean crash, Runnable action) {}

    /** What is to happen, beside what the protocol does by itself. */
    record Script(
            int processes, List<Integer> senders, boolean direct, int crashes, int expiries) {}

    private final class Participant implements MemberProtocol.Output {

        final int index;
        final byte[] secret;
        final Id id;
        final MemberProtocol member;
        final ArrayDeque<Frame> toHost = new ArrayDeque<>();
        final ArrayDeque<Frame> toMember = new ArrayDeque<>();
        final List<Peer> missing = new ArrayList<>();
        // By sender, what came; by number, who was to get what this one sent.
        final Map<Integer, List<Long>> delivered = new TreeMap<>();
        final Map<Long, List<Id>> sentTo = new TreeMap<>();
        final List<Long> early = new ArrayList<>();
        boolean alive = true;
        boolean linked;
        boolean hostGone;
        boolean owing;
        int sent;
        HostProtocol.@Nullable Guest guest;

        Participant(int index) {
            this.index = index;
            this.secret = new byte[] {(byte) index, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
            this.id = Id.ofSecret(secret);
            this.member = new MemberProtocol(id, this);
        }

        void connect() {
            if (hostIndex < 0) {
                hostIndex = index;
                host = new HostProtocol(new Id(7, ++tenures), id, token -> true, 100);
            }
            linked = true;
            hostGone = false;
            toHost.clear();
            toMember.clear();
            guest = host().connected(new Exit(this));
            member.linked();
            toHost.add(Wire.hello(secret, index, new byte[0]));
        }

        void sendNext(@Nullable Id to) {
            sent++;
            List<Id> recipients = new ArrayList<>();
            if (to != null) {
                recipients.add(to);
            } else {
                member.peers().values().forEach(peer -> recipients.add(peer.id));
            }
            boolean first = to == null && tenureSeen == 0;
            byte[] head = Wire.messageHead(id, Wire.KIND_MESSAGE, 0, new byte[] {'t'});
            long number = member.send(Frame.of(head), to);
            if (number > 0) {
                sentTo.put(number, recipients);
                if (first) {
                    early.add(number);
                }
            }
        }

        private List<Id> recipients(long number) {
            return requireNonNull(sentTo.get(number), "never sent");
        }

        int tenureSeen;

        @Override
        public void send(Frame frame) {
            if (!hostGone) {
                // As on a real link, what is sent later does not change what is on its way.
                toHost.add(Frame.of(frame.toByteArray()));
            }
        }

        @Override
        public void deliver(Peer from, Frame message) {
            long number = Wire.longAt(message, Wire.NUMBER);
            Participant sender = participant(from.id);
            List<Long> before = delivered.computeIfAbsent(sender.index, s -> new ArrayList<>());
            assertThat(before)
                    .as("delivered twice or out of order: %s", number)
                    .allMatch(n -> n < number);
            if (strict) {
                sender.sentTo.forEach((n, recipients) -> {
                    if (n < number && recipients.contains(id)) {
                        assertThat(before).as("delivered before %s", number).contains(n);
                    }
                });
                assertThat(sender.recipients(number)).contains(id);
            }
            before.add(number);
        }

        @Override
        public void welcomed(MemberProtocol.Welcome welcome) {
            if (tenureSeen == 0) {
                early.forEach(number ->
                        member.peers().values().forEach(peer -> recipients(number).add(peer.id)));
            }
            tenureSeen = tenures;
            missing.clear();
        }

        @Override
        public void joined(Peer peer) {}

        @Override
        public void left(Peer peer, LeaveReason reason) {
            // Who is gone is not owed anything.
            sentTo.values().forEach(recipients -> recipients.remove(peer.id));
        }

        @Override
        public void missing(Peer peer) {
            missing.add(peer);
        }

        @Override
        public void owing() {
            owing = true;
        }

        @Override
        public void released(Frame message) {}
    }

    /** What a host knows of a process. */
    private record Exit(Participant to) implements HostProtocol.Port {

        @Override
        public void send(Frame frame) {
            to.toMember.add(frame);
        }

        @Override
        public void relay(Frame frame) {
            to.toMember.add(frame);
        }

        @Override
        public void close() {
            to.hostGone = true;
        }
    }

    private final Script script;
    private final List<Participant> processes = new ArrayList<>();
    private final Map<Id, Participant> byId = new HashMap<>();
    private final boolean strict;
    private @Nullable HostProtocol host;
    private int hostIndex = -1;
    private int tenures;
    private int crashes;
    private int expiries;

    World(Script script) {
        this.script = script;
        this.strict = script.expiries() == 0;
        for (int i = 0; i < script.processes(); i++) {
            Participant process = new Participant(i);
            processes.add(process);
            byId.put(process.id, process);
        }
    }

    /** All steps that can be taken now, always in the same order for the same past. */
    List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (Participant p : processes) {
            HostProtocol.Guest guest = p.guest;
            if (p.linked && !p.hostGone && guest != null) {
                addHostSteps(steps, p, guest);
            }
            if (p.alive) {
                addSteps(steps, p);
            }
        }
        return steps;
    }

    private void addHostSteps(List<Step> steps, Participant p, HostProtocol.Guest guest) {
        if (!p.toHost.isEmpty()) {
            steps.add(
                    step("host reads " + p.index, () -> host().received(guest, p.toHost.remove())));
        }
        if (!p.alive) {
            steps.add(
                    step(
                            "host loses " + p.index,
                            () -> {
                                p.linked = false;
                                host().ended(guest);
                            }));
        }
    }

    private void addSteps(List<Step> steps, Participant p) {
        if (p.linked && !p.toMember.isEmpty()) {
            steps.add(step(p.index + " reads", () -> p.member.received(p.toMember.remove())));
        }
        if (p.linked && p.hostGone) {
            steps.add(
                    step(
                            p.index + " loses host",
                            () -> {
                                p.linked = false;
                                p.member.unlinked();
                            }));
        }
        if (!p.linked) {
            steps.add(step(p.index + " connects", p::connect));
        }
        if (p.owing) {
            steps.add(
                    step(
                            p.index + " acknowledges",
                            () -> {
                                p.owing = false;
                                p.member.acknowledge();
                            }));
        }
        if (p.sent < script.senders().get(p.index)) {
            steps.add(step(p.index + " sends", () -> p.sendNext(null)));
            if (script.direct()) {
                Participant to = processes.get((p.index + 1) % processes.size());
                steps.add(step(p.index + " sends to " + to.index, () -> p.sendNext(to.id)));
            }
        }
        for (Peer peer : List.copyOf(p.missing)) {
            boolean dead = !participant(peer.id).alive;
            if (!peer.isPresent() && !peer.isGone() && (dead || expiries < script.expiries())) {
                steps.add(
                        step(
                                p.index + " gives up " + participant(peer.id).index,
                                () -> {
                                    expiries += dead ? 0 : 1;
                                    p.missing.remove(peer);
                                    p.member.gone(peer, LeaveReason.LOST);
                                }));
            }
        }
        if (crashes < script.crashes()) {
            steps.add(new Step("crash of " + p.index, true, () -> crash(p)));
        }
    }

    private static Step step(String name, Runnable action) {
        return new Step(name, false, action);
    }

    private HostProtocol host() {
        return requireNonNull(host, "no host");
    }

    private Participant participant(Id id) {
        return requireNonNull(byId.get(id), "nobody has this id");
    }

    private void crash(Participant p) {
        crashes++;
        p.alive = false;
        if (hostIndex == p.index) {
            hostIndex = -1;
            host = null;
            for (Participant other : processes) {
                other.hostGone = true;
                other.toHost.clear();
                other.linked &= other.alive;
            }
        }
    }

    /** Nothing is left to do: everybody who lives has everything. */
    void checkEnd() {
        for (Participant sender : processes) {
            if (!sender.alive) {
                continue;
            }
            assertThat(sender.member.isSettled())
                    .as("%s has nothing left: %s", sender.index, sender.member)
                    .isTrue();
            if (!strict) {
                continue;
            }
            sender.sentTo.forEach((number, recipients) ->
                    recipients.forEach(id -> {
                        Participant receiver = participant(id);
                        if (receiver.alive) {
                            assertThat(receiver.delivered.getOrDefault(sender.index, List.of()))
                                    .contains(number);
                        }
                    }));
        }
    }

    /** How many messages came to somebody. */
    int deliveries() {
        return processes.stream()
                .flatMap(p -> p.delivered.values().stream())
                .mapToInt(List::size)
                .sum();
    }

    /** Equal for worlds with equal futures. */
    String fingerprint() {
        StringBuilder text = new StringBuilder();
        text.append(hostIndex).append(host).append(crashes).append(',').append(expiries);
        for (Participant p : processes) {
            text.append('\n')
                    .append(p.alive)
                    .append(p.linked)
                    .append(p.hostGone)
                    .append(p.owing)
                    .append(p.sent);
            text.append(p.guest == null ? "" : p.guest.id + "," + p.guest.gone);
            text.append(p.member)
                    .append(p.delivered)
                    .append(p.sentTo)
                    .append(p.early)
                    .append(p.missing.size());
            p.toHost.forEach(frame -> text.append('>').append(hex(frame)));
            p.toMember.forEach(frame -> text.append('<').append(hex(frame)));
        }
        return text.toString();
    }

    private static String hex(Frame frame) {
        return HexFormat.of().formatHex(frame.toByteArray());
    }
}
