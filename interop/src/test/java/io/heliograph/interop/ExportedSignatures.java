package io.heliograph.interop;

import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaParameterizedType;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.JavaTypeVariable;
import com.tngtech.archunit.core.domain.properties.HasModifiers;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Condition that every type in a signature that users see belongs to the JDK, or is visible in an exported package. */
final class ExportedSignatures extends ArchCondition<JavaClass> {

    private static final List<String> JDK = List.of("java.", "javax.net.ssl.");
    private static final List<String> ANNOTATIONS = List.of("java.", "jdk.", "org.jspecify.");

    private final Set<String> exported;

    /**
     * Creates the condition.
     *
     * @param exported names of the exported packages
     */
    ExportedSignatures(Set<String> exported) {
        super("mention only types of the JDK and of exported packages");
        this.exported = Set.copyOf(exported);
    }

    /** Returns whether a type, and each type that encloses it, can be named outside its package. */
    static boolean isVisible(JavaClass type) {
        return isOpen(type)
                && type.getEnclosingClass().map(ExportedSignatures::isVisible).orElse(true);
    }

    private static boolean isOpen(HasModifiers element) {
        return element.getModifiers().contains(JavaModifier.PUBLIC)
                || element.getModifiers().contains(JavaModifier.PROTECTED);
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        checkSignatures(type, type, events);
    }

    /** Checks {@code declaring}, which is {@code type}, or a superclass that is not visible and whose members {@code type} inherits. */
    private void checkSignatures(JavaClass type, JavaClass declaring, ConditionEvents events) {
        declaring.getSuperclass().ifPresent(superclass -> {
            JavaClass base = superclass.toErasure();
            if (isVisible(base) || !exported.contains(base.getPackageName())) {
                check(type, "supertype", superclass, events);
            } else {
                checkSignatures(type, base, events);
            }
        });
        declaring.getInterfaces().forEach(parent -> check(type, "supertype", parent, events));
        checkBounds(type, declaring.getTypeParameters(), events);
        checkAnnotations(type, declaring.getAnnotations(), events);
        for (JavaField field : declaring.getFields()) {
            if (isOpen(field)) {
                check(type, field.getFullName(), field.getType(), events);
                checkAnnotations(type, field, events);
            }
        }
        for (JavaCodeUnit unit : declaring.getCodeUnits()) {
            if (isOpen(unit) && !unit.getModifiers().contains(JavaModifier.SYNTHETIC)) {
                String name = unit.getFullName();
                check(type, name, unit.getReturnType(), events);
                unit.getParameterTypes().forEach(taken -> check(type, name, taken, events));
                unit.getExceptionTypes().forEach(thrown -> check(type, name, thrown, events));
                checkBounds(type, unit.getTypeParameters(), events);
                checkAnnotations(type, unit, events);
            }
        }
    }

    private void checkBounds(JavaClass type, List<? extends JavaTypeVariable<?>> variables, ConditionEvents events) {
        for (JavaTypeVariable<?> variable : variables) {
            for (JavaType bound : variable.getUpperBounds()) {
                // A bound of the own package, visible or not, keeps users from nothing.
                if (!bound.toErasure().getPackageName().equals(type.getPackageName())) {
                    check(type, "type parameter", bound, events);
                }
            }
        }
    }

    private void checkAnnotations(JavaClass type, JavaMember member, ConditionEvents events) {
        checkAnnotations(type, member.getAnnotations(), events);
    }

    private void checkAnnotations(
            JavaClass type, Collection<? extends JavaAnnotation<?>> annotations, ConditionEvents events) {
        for (JavaAnnotation<?> annotation : annotations) {
            String name = annotation.getRawType().getName();
            if (ANNOTATIONS.stream().noneMatch(name::startsWith)
                    && !exported.contains(annotation.getRawType().getPackageName())) {
                report(type, "annotation", name, events);
            }
        }
    }

    private void check(JavaClass type, String where, JavaType mentioned, ConditionEvents events) {
        if (mentioned instanceof JavaTypeVariable<?>) {
            return; // its bounds are checked where it is declared
        }
        if (mentioned instanceof JavaParameterizedType parameterized) {
            check(type, where, mentioned.toErasure(), events);
            parameterized.getActualTypeArguments().forEach(argument -> check(type, where, argument, events));
            return;
        }
        for (JavaClass raw : mentioned.getAllInvolvedRawTypes()) {
            JavaClass base = raw.getBaseComponentType();
            boolean known = base.isPrimitive()
                    || JDK.stream().anyMatch(base.getName()::startsWith)
                    || (exported.contains(base.getPackageName()) && isVisible(base));
            if (!known) {
                report(type, where, base.getName(), events);
            }
        }
    }

    private static void report(JavaClass type, String where, String name, ConditionEvents events) {
        events.add(SimpleConditionEvent.violated(type, type.getName() + " mentions " + name + " (" + where + ")"));
    }
}
