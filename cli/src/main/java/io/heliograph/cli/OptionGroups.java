package io.heliograph.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** List of options in the help, in groups: the tens of their order select the group. */
final class OptionGroups {

    private static final int OWN = 0;
    private static final int HELP = 99;
    private static final Map<Integer, String> HEADINGS =
            Map.of(OWN, "Options", 1, "TLS", 2, "Authentication", 8, "Output", 9, "Limits");

    private OptionGroups() {}

    /** Groups the options of a command and of its subcommands. */
    static void applyTo(CommandLine command) {
        command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, OptionGroups::render);
        command.getSubcommands().values().forEach(OptionGroups::applyTo);
    }

    private static String render(Help help) {
        Map<Integer, List<OptionSpec>> groups = help.commandSpec().options().stream()
                .filter(option -> !option.hidden())
                .sorted(Comparator.comparingInt(OptionSpec::order))
                .collect(Collectors.groupingBy(OptionGroups::group, TreeMap::new, Collectors.toList()));
        StringBuilder list = new StringBuilder();
        groups.forEach((group, options) -> {
            Help.Layout layout = help.createDefaultLayout();
            layout.addOptions(options, help.createDefaultParamLabelRenderer());
            // The description ends with an empty line.
            list.append(list.isEmpty() ? "" : System.lineSeparator())
                    .append(HEADINGS.get(group))
                    .append(':')
                    .append(System.lineSeparator())
                    .append(layout);
        });
        return list.toString();
    }

    private static int group(OptionSpec option) {
        return option.order() < 10 || option.order() >= HELP ? OWN : option.order() / 10;
    }
}
