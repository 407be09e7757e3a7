package io.heliograph.channel.message;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.channel.LeaveReason;
import io.heliograph.frame.Frame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Simulation of processes that run the real protocol, of the links between them, and of every step that is possible next.
 *
 * <p>A link is two queues. When the process at one end dies, or the link breaks, the other end may still read all or a part of the
 * frames in transit. A state is reproduced from the indexes of the steps that led to it.
 */
final class Simulation {

    /**
     * A possible step.
     *
     * @param fault whether the step is a fault, not an action of the protocol
     */
    record Step(String name, boolean fault, Runnable action) {}

    /**
     * Messages and faults of a simulation.
     *
     * @param senders number of messages of each process
     * @param direct whether each message is also sent to a single member
     * @param crashes number of processes that die
     * @param expiries number of missing members that are removed although they live
     * @param cuts number of links that break although both ends live
     * @param drops number of members that the host drops as stalled
     */
    record Script(List<Integer> senders, boolean direct, int crashes, int expiries, int cuts, int drops) {

        static Script sending(Integer... senders) {
            return new Script(List.of(senders), false, 0, 0, 0, 0);
        }

        Script directly() {
            return new Script(senders, true, crashes, expiries, cuts, drops);
        }

        Script crashes(int count) {
            return new Script(senders, direct, count, expiries, cuts, drops);
        }

        Script expiries(int count) {
            return new Script(senders, direct, crashes, count, cuts, drops);
        }

        Script cuts(int count) {
            return new Script(senders, direct, crashes, expiries, count, drops);
        }

        Script drops(int count) {
            return new Script(senders, direct, crashes, expiries, cuts, count);
        }

        /** Returns whether no living member is ever removed. */
        boolean isStrict() {
            return expiries == 0 && drops == 0;
        }
    }

    /** A link to the host. */
    private final class SimulatedLink implements HostProtocol.Port {

        final Participant member;
        final ArrayDeque<Frame> toHost = new ArrayDeque<>();
        final ArrayDeque<Frame> toMember = new ArrayDeque<>();
        final HostProtocol.MemberLink link;
        boolean broken;
        boolean hostKnows;

        SimulatedLink(Participant member) {
            this.member = member;
            this.link = host().connected(this);
        }

        @Override
        public void send(Frame frame) {
            if (!broken) {
                toMember.add(frame);
            }
        }

        @Override
        public void sendSoon(Frame frame) {
            send(frame);
        }

        @Override
        public boolean relay(Frame frame) {
            send(frame);
            return true;
        }

        @Override
        public void close() {
            broken = true;
        }

        @Override
        public String toString() {
            StringBuilder state = new StringBuilder();
            state.append(member.index).append(broken).append(hostKnows);
            state.append(link.id).append(link.closed);
            toHost.forEach(frame -> state.append('>').append(hex(frame)));
            toMember.forEach(frame -> state.append('<').append(hex(frame)));
            return state.toString();
        }
    }

    private final class Participant implements MemberProtocol.Output {

        final int index;
        final byte[] secret;
        final Id id;
        final MemberProtocol member;
        final Set<Peer> missing = new LinkedHashSet<>();
        // By sender: delivered numbers and the last notice. By number: recipients of own messages.
        final Map<Integer, List<Long>> delivered = new TreeMap<>();
        final Map<Integer, Long> notices = new TreeMap<>();
        final Map<Long, List<Id>> sentTo = new TreeMap<>();
        // By number: processes known, removed or not, when the message was sent to all members.
        final Map<Long, Set<Integer>> promised = new TreeMap<>();
        final Set<Integer> met = new TreeSet<>();
        final List<Long> early = new ArrayList<>();
        boolean alive = true;

        @Nullable
        SimulatedLink line;

        boolean owing;
        int sent;
        int tenureSeen;

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
            SimulatedLink fresh = new SimulatedLink(this);
            line = fresh;
            lines.add(fresh);
            member.linked();
            fresh.toHost.add(Wire.hello(secret, index, new byte[0]));
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
            Frame frame = Frame.of(head);
            long number = member.send(frame, to);
            if (number > 0) {
                sentTo.put(number, recipients);
                promised.put(number, to == null ? new TreeSet<>(met) : Set.of(participant(to).index));
                if (first) {
                    early.add(number);
                }
            }
        }

        @Override
        public void send(Frame frame) {
            SimulatedLink to = requireNonNull(line, "no link");
            if (!to.broken) {
                // As on a real link, later changes of the frame do not affect frames in transit.
                to.toHost.add(Frame.of(frame.toByteArray()));
            }
        }

        @Override
        public void deliver(Peer from, Frame message) {
            long number = Wire.longAt(message, Wire.NUMBER);
            Participant sender = participant(from.id);
            List<Long> before = delivered.computeIfAbsent(sender.index, s -> new ArrayList<>());
            assertThat(before).as("delivered twice or out of order: %s", number).allMatch(n -> n < number);
            if (message.at(Wire.KIND) == Wire.KIND_MISSED) {
                assertThat(script.isStrict()).as("no member was removed").isFalse();
                notices.put(sender.index, number);
                return;
            }
            sender.sentTo.forEach((n, recipients) -> {
                if (n < number && recipients.contains(id)) {
                    assertThat(before).as("delivered before %s", number).contains(n);
                }
            });
            if (script.isStrict()) {
                assertThat(requireNonNull(sender.sentTo.get(number), "never sent"))
                        .contains(id);
            }
            before.add(number);
        }

        @Override
        public void welcomed(MemberProtocol.Welcome welcome) {
            if (tenureSeen == 0) {
                for (long number : early) {
                    List<Id> recipients = requireNonNull(sentTo.get(number));
                    member.peers().values().forEach(peer -> recipients.add(peer.id));
                }
            }
            tenureSeen = tenures;
            missing.clear();
        }

        @Override
        public void joined(Peer peer) {
            met.add(participant(peer.id).index);
        }

        @Override
        public void left(Peer peer, LeaveReason reason) {
            // No message is owed to a removed member.
            sentTo.values().forEach(recipients -> recipients.remove(peer.id));
        }

        @Override
        public void missing(Peer peer) {
            missing.add(peer);
        }

        @Override
        public void ackOwed() {
            owing = true;
        }

        @Override
        public void released(int messages, long bytes) {}
    }

    private final Script script;
    private final List<Participant> processes = new ArrayList<>();
    private final Map<Id, Participant> byId = new HashMap<>();
    // Links to the present host whose end it has not noticed.
    private final List<SimulatedLink> lines = new ArrayList<>();
    private @Nullable HostProtocol host;
    private int hostIndex = -1;
    private int tenures;
    private int crashes;
    private int expiries;
    private int cuts;
    private int drops;

    Simulation(Script script) {
        this.script = script;
        for (int i = 0; i < script.senders().size(); i++) {
            Participant process = new Participant(i);
            processes.add(process);
            byId.put(process.id, process);
        }
    }

    /** Returns the possible steps, always in the same order after the same steps. */
    List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (SimulatedLink line : lines) {
            addHostSteps(steps, line);
        }
        for (Participant p : processes) {
            if (p.alive) {
                addMemberSteps(steps, p);
                addUserSteps(steps, p);
                addFaults(steps, p);
            }
        }
        return steps;
    }

    private void addHostSteps(List<Step> steps, SimulatedLink line) {
        int index = line.member.index;
        if (!line.toHost.isEmpty()) {
            steps.add(step("host reads " + index, () -> host().received(line.link, line.toHost.remove())));
        }
        if (line.broken || !line.member.alive) {
            steps.add(step("host loses " + index, () -> {
                lines.remove(line);
                line.hostKnows = true;
                host().ended(line.link);
            }));
        }
    }

    private void addMemberSteps(List<Step> steps, Participant p) {
        SimulatedLink line = p.line;
        if (line == null) {
            steps.add(step(p.index + " connects", p::connect));
        } else if (!line.toMember.isEmpty()) {
            steps.add(step(p.index + " reads", () -> p.member.received(line.toMember.remove())));
        }
        if (line != null && line.broken) {
            steps.add(step(p.index + " loses host", () -> {
                p.line = null;
                p.member.unlinked();
            }));
        }
        if (p.owing) {
            steps.add(step(p.index + " acknowledges", () -> {
                p.owing = false;
                p.member.acknowledge();
            }));
        }
        for (Peer peer : List.copyOf(p.missing)) {
            boolean dead = !participant(peer.id).alive;
            if (!peer.isPresent() && !peer.isRemoved() && (dead || expiries < script.expiries())) {
                steps.add(step(p.index + " removes " + participant(peer.id).index, () -> {
                    expiries += dead ? 0 : 1;
                    p.missing.remove(peer);
                    p.member.remove(peer, LeaveReason.LOST);
                }));
            }
        }
    }

    private void addUserSteps(List<Step> steps, Participant p) {
        if (p.sent < script.senders().get(p.index)) {
            steps.add(step(p.index + " sends", () -> p.sendNext(null)));
            if (script.direct()) {
                Participant to = processes.get((p.index + 1) % processes.size());
                steps.add(step(p.index + " sends to " + to.index, () -> p.sendNext(to.id)));
            }
        }
    }

    private void addFaults(List<Step> steps, Participant p) {
        if (crashes < script.crashes()) {
            steps.add(new Step("crash of " + p.index, true, () -> crash(p)));
        }
        SimulatedLink line = p.line;
        if (line == null || line.broken) {
            return;
        }
        if (cuts < script.cuts()) {
            steps.add(new Step("cut of " + p.index, true, () -> {
                cuts++;
                line.broken = true;
            }));
        }
        if (drops < script.drops() && line.link.id != null && !line.link.closed) {
            steps.add(new Step("drop of " + p.index, true, () -> {
                drops++;
                host().drop(line.link, LeaveReason.STALLED);
            }));
        }
    }

    private static Step step(String name, Runnable action) {
        return new Step(name, false, action);
    }

    private HostProtocol host() {
        return requireNonNull(host, "no host");
    }

    private Participant participant(Id id) {
        return requireNonNull(byId.get(id), "unknown id");
    }

    private void crash(Participant p) {
        crashes++;
        p.alive = false;
        p.line = null;
        if (hostIndex == p.index) {
            hostIndex = -1;
            host = null;
            lines.forEach(line -> line.broken = true);
            lines.clear();
        }
    }

    /** Checks the final state: every living member has received every message, or a notice of its sender. */
    void checkEnd() {
        for (Participant sender : processes) {
            if (!sender.alive) {
                continue;
            }
            assertThat(sender.member.isSettled())
                    .as("%s has released all messages: %s", sender.index, sender.member)
                    .isTrue();
            sender.sentTo.forEach((number, recipients) -> {
                Set<Integer> owed = new HashSet<>();
                recipients.forEach(id -> owed.add(participant(id).index));
                owed.addAll(requireNonNull(sender.promised.get(number)));
                owed.forEach(index -> checkReceived(sender, number, processes.get(index)));
            });
        }
    }

    private void checkReceived(Participant sender, long number, Participant receiver) {
        if (!receiver.alive
                || receiver.delivered.getOrDefault(sender.index, List.of()).contains(number)) {
            return;
        }
        assertThat(receiver.notices.getOrDefault(sender.index, 0L))
                .as("%s from %s at %s, or a notice", number, sender.index, receiver.index)
                .isGreaterThan(number);
    }

    /** Returns the number of delivered messages. */
    int deliveries() {
        return processes.stream()
                .flatMap(p -> p.delivered.values().stream())
                .mapToInt(List::size)
                .sum();
    }

    /** Returns the number of notices about missed messages. */
    int notices() {
        return processes.stream().mapToInt(p -> p.notices.size()).sum();
    }

    /** Returns a string that is equal for states with equal futures. */
    String fingerprint() {
        StringBuilder state = new StringBuilder();
        state.append(hostIndex).append(host).append(crashes).append(',').append(expiries);
        state.append(',').append(cuts).append(',').append(drops);
        lines.forEach(line -> state.append('\n').append(line));
        for (Participant p : processes) {
            state.append('\n').append(p.alive).append(p.owing).append(p.sent).append(p.line);
            state.append(p.member).append(p.delivered).append(p.notices).append(p.sentTo);
            state.append(p.promised).append(p.met).append(p.early).append(p.missing.size());
        }
        return state.toString();
    }

    private static String hex(Frame frame) {
        return HexFormat.of().formatHex(frame.toByteArray());
    }
}
