package io.heliograph.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.channel.World.Script;
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

/** Runs the protocol through every interleaving of small cases and many of larger ones, and checks what its page claims. */
class ProtocolSimulationTest {

    // How many steps it takes until so many have joined, if each that can be taken first is.
    private static final int TWO_JOINED = 7;
    private static final int THREE_JOINED = 12;

    /** Takes every step from every state that can be reached, each state once. */
    private static final class Explorer {

        private final Script script;
        private final int prefix;
        private final Set<Id> visited = new HashSet<>();
        private final List<Integer> path = new ArrayList<>();
        int ends;
        int delivered;
        int notices;

        /**
         * @param prefix how many of the first steps are taken in turn, without choice, so that all have joined
         */
        Explorer(Script script, int prefix) {
            this.script = script;
            this.prefix = prefix;
        }

        void explore() {
            World world = new World(script);
            for (int i = 0; i < prefix; i++) {
                List<World.Step> steps = world.steps();
                int choice = firstOfProtocol(steps);
                path.add(choice);
                steps.get(choice).action().run();
            }
            from(world);
        }

        /** The setting up: no messages yet, no crashes. */
        private static int firstOfProtocol(List<World.Step> steps) {
            for (int i = 0; i < steps.size(); i++) {
                if (!steps.get(i).fault() && !steps.get(i).name().contains("sends")) {
                    return i;
                }
            }
            throw new AssertionError("nothing to set up any more; the prefix is too long");
        }

        private void from(World start) {
            World world = start;
            if (!visited.add(digest(world.fingerprint()))) {
                return;
            }
            List<World.Step> steps = world.steps();
            if (steps.stream().allMatch(World.Step::fault)) {
                world.checkEnd();
                ends++;
                delivered = Math.max(delivered, world.deliveries());
                notices = Math.max(notices, world.notices());
            }
            int count = steps.size();
            for (int i = 0; i < count; i++) {
                World next = i == 0 ? world : replay();
                take(next, i);
                path.add(i);
                from(next);
                path.removeLast();
            }
        }

        private void take(World world, int choice) {
            World.Step step = world.steps().get(choice);
            try {
                step.action().run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("after " + names() + ", " + step.name() + ": " + e, e);
            }
        }

        private World replay() {
            World world = new World(script);
            path.forEach(choice -> world.steps().get(choice).action().run());
            return world;
        }

        private String names() {
            World world = new World(script);
            List<String> names = new ArrayList<>();
            for (int choice : path) {
                World.Step step = world.steps().get(choice);
                names.add(step.name());
                step.action().run();
            }
            return String.join(", ", names);
        }

        private static Id digest(String text) {
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
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

    /** From nothing: joining, sending before connected, and one crash anywhere. */
    @Test
    void twoMembersFromTheStartWithACrashAnywhere() {
        Explorer explorer = explore(Script.sending(2, 1).crashes(1), 0);
        assertThat(explorer.ends).isPositive();
        assertThat(explorer.delivered).isEqualTo(3);
    }

    @Test
    void twoMembersWithDirectMessages() {
        Explorer explorer = explore(Script.sending(1, 1).directly().crashes(1), TWO_JOINED);
        assertThat(explorer.ends).isPositive();
    }

    /** All have joined; then the host, or another, dies at any point between any two steps of any order. */
    @Test
    void threeMembersWithACrashAnywhere() {
        Explorer explorer = explore(Script.sending(0, 2, 0).crashes(1), THREE_JOINED);
        assertThat(explorer.ends).isPositive();
    }

    /** A host, and then the next one, or the same twice in a row: the second may die before anybody has joined it. */
    @Test
    void threeMembersOfWhichTwoDieAnywhere() {
        Explorer explorer = explore(Script.sending(0, 1, 0).crashes(2), THREE_JOINED);
        assertThat(explorer.ends).isPositive();
    }

    /** Two have joined and talk; a third joins at any point, so also while the others change to another host. */
    @Test
    void aMemberJoinsWhileTheHostDies() {
        Explorer explorer = explore(Script.sending(0, 1, 0).crashes(1), TWO_JOINED);
        assertThat(explorer.ends).isPositive();
    }

    /** A link breaks though both ends live, and is made again; each end may notice first. */
    @Test
    void twoMembersWithALinkThatBreaksAnywhere() {
        Explorer explorer = explore(Script.sending(0, 2).directly().cuts(1), TWO_JOINED);
        assertThat(explorer.ends).isPositive();
        assertThat(explorer.delivered).isEqualTo(2);
    }

    @Test
    void threeMembersWithALinkThatBreaksAnywhere() {
        Explorer explorer = explore(Script.sending(0, 1, 0).cuts(1), THREE_JOINED);
        assertThat(explorer.ends).isPositive();
        assertThat(explorer.delivered).isEqualTo(2);
    }

    /** A member is dropped and comes back: it gets what is sent then, and is told that it has missed something if it has. */
    @Test
    void twoMembersOfWhichOneIsDroppedAnywhere() {
        Explorer explorer = explore(Script.sending(0, 2).directly().drops(1), TWO_JOINED);
        assertThat(explorer.ends).isPositive();
        assertThat(explorer.notices).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5, 8})
    void manyRandomOrdersWithManyCrashesAndBrokenLinks(int members) {
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

    /** Members that are given up though they live may miss messages, and learn it; but get none twice and none out of order. */
    @Test
    void nothingIsDoubledOrReorderedOrMissedInSilenceByGivingUpTooEarly() {
        Script script = Script.sending(5, 5, 5, 5)
                .directly()
                .crashes(2)
                .expiries(6)
                .cuts(2)
                .drops(2);
        int deliveries = 0;
        int notices = 0;
        for (int seed = 0; seed < 3000; seed++) {
            World end = random(script, seed);
            deliveries += end.deliveries();
            notices += end.notices();
        }
        assertThat(deliveries).isGreaterThan(1000);
        assertThat(notices).isGreaterThan(100);
    }

    private static World random(Script script, int seed) {
        Random random = new Random(seed);
        World world = new World(script);
        List<String> names = new ArrayList<>();
        try {
            while (true) {
                List<World.Step> steps = world.steps();
                List<World.Step> others =
                        steps.stream().filter(step -> !step.fault()).toList();
                if (others.isEmpty()) {
                    world.checkEnd();
                    return world;
                }
                boolean crash = others.size() < steps.size() && random.nextInt(60) == 0;
                World.Step step = crash
                        ? steps.stream()
                                .filter(World.Step::fault)
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
