package io.heliograph.channel.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.channel.message.Simulation.Script;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Explores every interleaving of small cases and random interleavings of larger cases, and checks the delivery guarantees. */
class ProtocolSimulationTest {

    // Number of steps until two or three members have joined, if the first possible step is always taken.
    private static final int TWO_JOINED = 7;
    private static final int THREE_JOINED = 12;

    /** Takes every step from every reachable state, each state once. */
    private static final class Explorer {

        private final Script script;
        private final int prefix;
        private final Set<Id> visited = new HashSet<>();
        private final List<Integer> path = new ArrayList<>();
        int ends;
        int delivered;
        int notices;

        /**
         * @param prefix number of first steps that are not varied, so that all members have joined
         */
        Explorer(Script script, int prefix) {
            this.script = script;
            this.prefix = prefix;
        }

        void explore() {
            Simulation state = new Simulation(script);
            for (int i = 0; i < prefix; i++) {
                List<Simulation.Step> steps = state.steps();
                int choice = firstOfProtocol(steps);
                path.add(choice);
                steps.get(choice).action().run();
            }
            from(state);
        }

        /** Returns the first step that is neither a fault nor a message. */
        private static int firstOfProtocol(List<Simulation.Step> steps) {
            for (int i = 0; i < steps.size(); i++) {
                if (!steps.get(i).fault() && !steps.get(i).name().contains("sends")) {
                    return i;
                }
            }
            throw new AssertionError("no step left; the prefix is too long");
        }

        private void from(Simulation start) {
            Simulation state = start;
            if (!visited.add(digest(state.fingerprint()))) {
                return;
            }
            List<Simulation.Step> steps = state.steps();
            if (steps.stream().allMatch(Simulation.Step::fault)) {
                state.checkEnd();
                ends++;
                delivered = Math.max(delivered, state.deliveries());
                notices = Math.max(notices, state.notices());
            }
            int count = steps.size();
            for (int i = 0; i < count; i++) {
                Simulation next = i == 0 ? state : replay();
                take(next, i);
                path.add(i);
                from(next);
                path.removeLast();
            }
        }

        private void take(Simulation state, int choice) {
            Simulation.Step step = state.steps().get(choice);
            try {
                step.action().run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("after " + names() + ", " + step.name() + ": " + e, e);
            }
        }

        private Simulation replay() {
            Simulation state = new Simulation(script);
            path.forEach(choice -> state.steps().get(choice).action().run());
            return state;
        }

        private String names() {
            Simulation state = new Simulation(script);
            List<String> names = new ArrayList<>();
            for (int choice : path) {
                Simulation.Step step = state.steps().get(choice);
                names.add(step.name());
                step.action().run();
            }
            return String.join(", ", names);
        }

        private static Id digest(String fingerprint) {
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(fingerprint.getBytes(StandardCharsets.UTF_8));
                return Id.read(ByteBuffer.wrap(hash));
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static Explorer explore(Script script, int prefix) {
        Explorer explorer = new Explorer(script, prefix);
        explorer.explore();
        return explorer;
    }

    /** Joining, messages before the connection, and one crash. */
    @Test
    void twoJoiningMembersWithOneCrash() {
        Explorer explorer = explore(Script.sending(2, 1).crashes(1), 0);
        assertThat(explorer.ends).isPositive();
        assertThat(explorer.delivered).isEqualTo(3);
    }

    @Test
    void twoMembersWithDirectMessages() {
        Explorer explorer = explore(Script.sending(1, 1).directly().crashes(1), TWO_JOINED);
        assertThat(explorer.ends).isPositive();
    }

    /** After all have joined, the host or another member dies between any two steps. */
    @Test
    void threeMembersWithOneCrash() {
        Explorer explorer = explore(Script.sending(0, 2, 0).crashes(1), THREE_JOINED);
        assertThat(explorer.ends).isPositive();
    }

    /** A host and its successor die; the successor may die before any member has joined it. */
    @Test
    void threeMembersWithTwoCrashes() {
        Explorer explorer = explore(Script.sending(0, 1, 0).crashes(2), THREE_JOINED);
        assertThat(explorer.ends).isPositive();
    }

    /** A third member joins at any point, also during the takeover of the other two. */
    @Test
    void memberJoinsDuringHostCrash() {
        Explorer explorer = explore(Script.sending(0, 1, 0).crashes(1), TWO_JOINED);
        assertThat(explorer.ends).isPositive();
    }

    /** A link breaks although both ends live; either end may notice first. */
    @Test
    void twoMembersWithOneBrokenLink() {
        Explorer explorer = explore(Script.sending(0, 2).directly().cuts(1), TWO_JOINED);
        assertThat(explorer.ends).isPositive();
        assertThat(explorer.delivered).isEqualTo(2);
    }

    @Test
    void threeMembersWithOneBrokenLink() {
        Explorer explorer = explore(Script.sending(0, 1, 0).cuts(1), THREE_JOINED);
        assertThat(explorer.ends).isPositive();
        assertThat(explorer.delivered).isEqualTo(2);
    }

    /** A dropped member comes back: it receives new messages, and a notice if it missed messages. */
    @Test
    void twoMembersWithOneDrop() {
        Explorer explorer = explore(Script.sending(0, 2).directly().drops(1), TWO_JOINED);
        assertThat(explorer.ends).isPositive();
        assertThat(explorer.notices).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5, 8})
    void randomOrdersWithCrashesAndBrokenLinks(int members) {
        Script script = Script.sending(Collections.nCopies(members, 6).toArray(Integer[]::new))
                .directly()
                .crashes(members - 1)
                .cuts(members);
        int deliveries = 0;
        for (int seed = 0; seed < 1500; seed++) {
            deliveries += random(script, seed).deliveries();
        }
        assertThat(deliveries).isGreaterThan(1000);
    }

    /** A living member that was removed may miss messages, but is notified, and receives none twice or out of order. */
    @Test
    void prematureRemovalReportsEveryLoss() {
        Script script = Script.sending(5, 5, 5, 5)
                .directly()
                .crashes(2)
                .expiries(6)
                .cuts(2)
                .drops(2);
        int deliveries = 0;
        int notices = 0;
        for (int seed = 0; seed < 3000; seed++) {
            Simulation end = random(script, seed);
            deliveries += end.deliveries();
            notices += end.notices();
        }
        assertThat(deliveries).isGreaterThan(1000);
        assertThat(notices).isGreaterThan(100);
    }

    private static Simulation random(Script script, int seed) {
        Random random = new Random(seed);
        Simulation state = new Simulation(script);
        List<String> names = new ArrayList<>();
        try {
            while (true) {
                List<Simulation.Step> steps = state.steps();
                List<Simulation.Step> others =
                        steps.stream().filter(step -> !step.fault()).toList();
                if (others.isEmpty()) {
                    state.checkEnd();
                    return state;
                }
                boolean crash = others.size() < steps.size() && random.nextInt(60) == 0;
                Simulation.Step step = crash
                        ? steps.stream()
                                .filter(Simulation.Step::fault)
                                .toList()
                                .get(random.nextInt(steps.size() - others.size()))
                        : others.get(random.nextInt(others.size()));
                names.add(step.name());
                step.action().run();
            }
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + " after " + names + ": " + e, e);
        }
    }
}
