package io.heliograph.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the protocol through every interleaving of small cases and many of larger ones, and checks what its page claims. */
class ProtocolSimulationTest {

    /** Takes every step from every state that can be reached, each state once. */
    private static final class Explorer {

        private final World.Script script;
        private final int prefix;
        private final Set<Id> visited = new HashSet<>();
        private final List<Integer> path = new ArrayList<>();
        int ends;
        int delivered;

        /**
         * @param prefix how many of the first steps are taken in turn, without choice, so that all have joined
         */
        Explorer(World.Script script, int prefix) {
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
                if (!steps.get(i).crash() && !steps.get(i).name().contains("sends")) {
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
            if (steps.stream().allMatch(World.Step::crash)) {
                world.checkEnd();
                ends++;
                delivered = Math.max(delivered, world.deliveries());
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
                byte[] hash =
                        MessageDigest.getInstance("SHA-256")
                                .digest(text.getBytes(StandardCharsets.UTF_8));
                return Id.read(ByteBuffer.wrap(hash));
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static Explorer explore(World.Script script, int prefix) {
        Explorer explorer = new Explorer(script, prefix);
        explorer.explore();
        return explorer;
    }

    /** From nothing: joining, sending before connected, and one crash anywhere. */
    @Test
    void twoMembersFromTheStartWithACrashAnywhere() {
        Explorer explorer = explore(new World.Script(2, List.of(2, 1), false, 1, 0), 0);
        assertThat(explorer.ends).isPositive();
        assertThat(explorer.delivered).isEqualTo(3);
    }

    @Test
    void twoMembersWithDirectMessages() {
        Explorer explorer = explore(new World.Script(2, List.of(1, 1), true, 1, 0), 6);
        assertThat(explorer.ends).isPositive();
    }

    /** All have joined; then the host, or another, dies at any point between any two steps of any order. */
    @Test
    void threeMembersWithACrashAnywhere() {
        Explorer explorer = explore(new World.Script(3, List.of(0, 2, 0), false, 1, 0), 12);
        assertThat(explorer.ends).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5, 8})
    void manyRandomOrdersWithManyCrashes(int members) {
        int deliveries = 0;
        for (int seed = 0; seed < 1500; seed++) {
            List<Integer> senders = new ArrayList<>();
            for (int i = 0; i < members; i++) {
                senders.add(6);
            }
            deliveries += random(new World.Script(members, senders, true, members - 1, 0), seed);
        }
        assertThat(deliveries).isGreaterThan(1000);
    }

    /** Members that are given up though they live may miss messages, but get none twice and none out of order. */
    @Test
    void nothingIsDoubledOrReorderedByGivingUpTooEarly() {
        int deliveries = 0;
        for (int seed = 0; seed < 3000; seed++) {
            deliveries += random(new World.Script(4, List.of(5, 5, 5, 5), true, 2, 6), seed);
        }
        assertThat(deliveries).isGreaterThan(1000);
    }

    private static int random(World.Script script, int seed) {
        Random random = new Random(seed);
        World world = new World(script);
        List<String> names = new ArrayList<>();
        try {
            while (true) {
                List<World.Step> steps = world.steps();
                List<World.Step> others = steps.stream().filter(step -> !step.crash()).toList();
                if (others.isEmpty()) {
                    world.checkEnd();
                    return world.deliveries();
                }
                boolean crash = others.size() < steps.size() && random.nextInt(60) == 0;
                World.Step step =
                        crash
                                ? steps.stream()
                                        .filter(World.Step::crash)
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
