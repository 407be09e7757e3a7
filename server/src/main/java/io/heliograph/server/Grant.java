package io.heliograph.server;

import static io.heliograph.internal.Check.checkArgument;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Permission of a hub, by actions, names and principals. With at least one grant, everything that no grant allows is denied, except connections.
 * Immutable.
 *
 * <pre>
 * Grant.allow(HubAction.SUBSCRIBE, HubAction.PUBLISH).channels("user/{user}/**").to("authenticated")
 * Grant.allow(HubAction.CALL).procedures("reports/**").to("role:editor", "user:ada")
 * </pre>
 */
public final class Grant {

    private final Set<HubAction> actions;
    private final List<String> channels;
    private final List<String> procedures;
    private final List<String> principals;

    private Grant(Set<HubAction> actions, List<String> channels, List<String> procedures, List<String> principals) {
        this.actions = actions;
        this.channels = channels;
        this.procedures = procedures;
        this.principals = principals;
    }

    /**
     * Begins a grant, which needs {@link #to}.
     *
     * @param actions actions, at least one. {@link HubAction#SUBSCRIBE} includes {@link HubAction#HISTORY}
     */
    public static Grant allow(HubAction... actions) {
        checkArgument(actions.length > 0, "actions: none (expected: at least one)");
        return new Grant(Set.of(actions), List.of("**"), List.of("**"), List.of());
    }

    /**
     * Restricts the grant to channels. Default: all.
     *
     * @param patterns patterns, in which {@code *} matches one level, a final {@code **} any number of levels, and {@code {user}} the level that
     *     equals the name of the principal. A name with {@code /}, {@code *} or a control character never matches
     */
    public Grant channels(String... patterns) {
        return new Grant(actions, checked(patterns), procedures, principals);
    }

    /**
     * Restricts the grant to procedures. Default: all.
     *
     * @param patterns patterns as for {@link #channels}
     */
    public Grant procedures(String... patterns) {
        return new Grant(actions, channels, checked(patterns), principals);
    }

    /**
     * Selects the principals.
     *
     * @param principals each {@code anyone}, {@code authenticated}, {@code local}, {@code role:NAME} or {@code user:NAME}
     */
    public Grant to(String... principals) {
        for (String each : principals) {
            boolean known = Set.of("anyone", "authenticated", "local").contains(each)
                    || (each.startsWith("role:") && each.length() > 5)
                    || (each.startsWith("user:") && each.length() > 5);
            checkArgument(known, "to: '%s' (expected: anyone, authenticated, local, role:NAME or user:NAME)", each);
        }
        return new Grant(actions, channels, procedures, List.of(principals));
    }

    private static List<String> checked(String... patterns) {
        for (String pattern : patterns) {
            String[] levels = pattern.split("/", -1);
            for (int i = 0; i < levels.length; i++) {
                boolean wildcard = levels[i].equals("*") || (levels[i].equals("**") && i == levels.length - 1);
                boolean literal =
                        levels[i].indexOf('*') < 0 && (levels[i].equals("{user}") || !levels[i].contains("{user}"));
                checkArgument(
                        wildcard || literal,
                        "pattern: '%s' (expected: * and {user} as whole levels, ** at the end only)",
                        pattern);
            }
        }
        return Stream.of(patterns).toList();
    }

    public Set<HubAction> actions() {
        return actions;
    }

    public List<String> channels() {
        return channels;
    }

    public List<String> procedures() {
        return procedures;
    }

    public List<String> principals() {
        return principals;
    }

    @Override
    public String toString() {
        return "allow " + actions + " channels " + channels + " procedures " + procedures + " to " + principals;
    }
}
