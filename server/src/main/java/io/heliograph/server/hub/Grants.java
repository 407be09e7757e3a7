package io.heliograph.server.hub;

import io.heliograph.endpoint.FailureLog;
import io.heliograph.internal.Printable;
import io.heliograph.server.Authority;
import io.heliograph.server.Grant;
import io.heliograph.server.HubAction;
import io.heliograph.server.Permission;
import io.heliograph.server.Principal;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Authority of the grants of a hub. Immutable. */
public final class Grants implements Authority {

    private static final Logger log = LoggerFactory.getLogger(Grants.class);
    private static final String USER = "{user}";

    private final Map<HubAction, List<Entry>> entries = new EnumMap<>(HubAction.class);
    private final FailureLog failures = new FailureLog(log);

    private record Entry(List<Pattern> patterns, List<String> principals) {}

    public Grants(List<Grant> grants) {
        for (HubAction action : HubAction.values()) {
            entries.put(
                    action,
                    grants.stream()
                            .filter(grant -> includes(grant, action))
                            .map(grant -> entry(grant, action))
                            .toList());
        }
    }

    private static boolean includes(Grant grant, HubAction action) {
        return grant.actions().contains(action)
                || (action == HubAction.HISTORY && grant.actions().contains(HubAction.SUBSCRIBE));
    }

    private static Entry entry(Grant grant, HubAction action) {
        List<String> patterns = switch (action) {
            case SUBSCRIBE, PUBLISH, HISTORY, PRESENCE -> grant.channels();
            case CALL -> grant.procedures();
            case CONNECT, VIEW, MANAGE -> List.of("**");
        };
        return new Entry(patterns.stream().map(Pattern::new).toList(), grant.principals());
    }

    @Override
    public Permission may(Principal who, HubAction action, String name) {
        if (action == HubAction.CONNECT || who.source() == Principal.Source.PROGRAM) {
            return Permission.allow();
        }
        for (Entry entry : entries.getOrDefault(action, List.of())) {
            if (applies(entry.principals, who) && matches(entry.patterns, name, who)) {
                return Permission.allow();
            }
        }
        return who.isAuthenticated() ? Permission.deny() : Permission.deny("log in first");
    }

    private static boolean applies(List<String> principals, Principal who) {
        for (String each : principals) {
            boolean applies = switch (each) {
                case "anyone" -> true;
                case "authenticated" -> who.isAuthenticated();
                case "local" -> who.local();
                default ->
                    each.startsWith("role:")
                            ? who.roles().contains(each.substring(5))
                            : who.isAuthenticated() && each.substring(5).equals(who.name());
            };
            if (applies) {
                return true;
            }
        }
        return false;
    }

    private boolean matches(List<Pattern> patterns, String name, Principal who) {
        for (Pattern each : patterns) {
            if (each.hasUser && !isLiteral(who.name())) {
                reportUser(who);
            } else if (each.matches(name, who.name())) {
                return true;
            }
        }
        return false;
    }

    /** Whether a name can be one level of a channel. */
    private static boolean isLiteral(String user) {
        return !user.isEmpty() && user.chars().noneMatch(c -> c == '/' || c == '*' || c < ' ' || c == 0x7f);
    }

    private void reportUser(Principal who) {
        if (!who.name().isEmpty()) {
            failures.expected(
                    "user name",
                    "No channel of the user: its name has a slash, an asterisk or a control character user="
                            + Printable.of(who.name(), 100));
        }
    }

    private static final class Pattern {

        private final String[] levels;
        private final boolean open;
        private final boolean hasUser;

        Pattern(String text) {
            String[] all = text.split("/", -1);
            this.open = all[all.length - 1].equals("**");
            this.levels = open ? Arrays.copyOf(all, all.length - 1) : all;
            this.hasUser = Arrays.asList(all).contains(USER);
        }

        boolean matches(String name, String user) {
            int start = 0;
            for (String level : levels) {
                if (start > name.length()) {
                    return false;
                }
                int slash = name.indexOf('/', start);
                int end = slash < 0 ? name.length() : slash;
                String expected = level.equals(USER) ? user : level;
                boolean same =
                        level.equals("*") || (expected.length() == end - start && name.startsWith(expected, start));
                if (!same) {
                    return false;
                }
                start = end + 1;
            }
            return open || start > name.length();
        }
    }
}
