"""Which preset for how many pairs, and what devices and models make of one."""

from dataclasses import replace

import pytest

from legaldesk.core.recipes import (
    BALANCED,
    CAREFUL,
    Abilities,
    Recipe,
    adapt,
    choose,
    fit_to_model,
    fit_to_pairs,
    metric_dimension,
    once_more,
    with_half_the_batch,
)

RECIPE = Recipe(
    name="r", title="R", note="", dimensions=(768, 64), loss="mnrl", batch_size=16,
    learning_rate=2e-5, epochs=1, precision="fp16", tf32=True, accumulation=16,
)  # fmt: skip
GOOD_CARD = Abilities("cuda", bf16=True, fp16=True, tf32=True)


@pytest.mark.parametrize(("pairs", "preset"), [(0, CAREFUL), (99, CAREFUL), (300, CAREFUL)])
def test_few_pairs_are_handled_with_care(pairs: int, preset: str) -> None:
    assert choose(pairs).preset == preset


def test_under_a_hundred_pairs_measuring_is_the_advice() -> None:
    assert "measure" in choose(81).expect and "81 pairs" in choose(81).reason


def test_many_pairs_take_the_balanced_preset() -> None:
    assert choose(2_000).preset == BALANCED


def test_a_language_that_the_model_does_not_know_is_worth_teaching_with_few_pairs():
    assert choose(99, foreign=True).preset == BALANCED
    assert choose(99).preset == choose(20, foreign=True).preset == CAREFUL


def test_what_a_card_can_do_stays_as_it_is() -> None:
    assert adapt(RECIPE, GOOD_CARD) == (RECIPE, ())


def test_on_a_processor_tf32_goes_and_fp16_becomes_what_it_has() -> None:
    adapted, said = adapt(RECIPE, Abilities("cpu", bf16=True))
    plain, _ = adapt(RECIPE, Abilities("cpu"))

    assert (adapted.precision, adapted.tf32, adapted.use_cpu) == ("bf16", False, True)
    assert plain.precision == "fp32"
    assert len(said) == 2 and "fp16; bf16 is used" in said[0] and "TF32" in said[1]


def test_an_open_precision_is_chosen_without_a_word() -> None:
    recipe = replace(RECIPE, precision="auto", tf32=False)

    assert adapt(recipe, Abilities("cpu"))[0].precision == "fp32"
    assert adapt(recipe, Abilities("cpu", bf16=True)) == (
        replace(recipe, precision="bf16", use_cpu=True),
        (),
    )


def test_dimensions_that_the_model_lacks_are_left_out_and_named() -> None:
    fitted, said = fit_to_model(replace(RECIPE, max_tokens=8192), 384, 512)

    assert fitted.dimensions == (64,) and fitted.max_tokens == 512
    assert "768 is left out" in said[0] and "8192" in said[1]


def test_open_dimensions_are_the_models_own() -> None:
    fitted, _ = fit_to_model(replace(RECIPE, dimensions=None), 384, 256)

    assert fitted.dimensions == (384, 256, 128, 64) and metric_dimension(fitted, 384) == 384


def test_no_dimension_that_fits_is_an_error() -> None:
    with pytest.raises(ValueError, match="768"):
        fit_to_model(replace(RECIPE, dimensions=(768,)), 384, 256)


def test_a_run_is_made_once_more_by_what_it_was_started_with() -> None:
    preset = replace(RECIPE, dimensions=None, reference_width=384, learning_rate=2e-4)
    changed = replace(preset, epochs=7, dimensions=(256,))

    def again(recipe: Recipe) -> Recipe:
        adapted, _ = adapt(recipe, Abilities("cpu", bf16=True))
        made, _ = fit_to_model(fit_to_pairs(adapted, 3), 768, 512)
        return once_more(made, [preset], 768, 512)

    assert again(preset) == preset
    found = again(changed)
    assert (found.epochs, found.dimensions) == (7, (256,))
    fitted, _ = fit_to_model(found, 768, 512)
    assert fitted.learning_rate == 5e-5  # falls with the width once, not twice


def test_half_the_batch_keeps_the_effective_batch() -> None:
    half = with_half_the_batch(RECIPE)
    cached = with_half_the_batch(replace(RECIPE, loss="cached", mini_batch_size=32))

    assert half and (half.batch_size, half.accumulation) == (8, 32)
    assert cached and (cached.batch_size, cached.mini_batch_size) == (16, 16)
    assert with_half_the_batch(replace(RECIPE, batch_size=1)) is None


def test_a_wider_model_is_trained_more_gently() -> None:
    recipe = replace(RECIPE, dimensions=None, learning_rate=2e-4, reference_width=384)

    wide, said = fit_to_model(recipe, 1024, 512)

    assert wide.learning_rate == pytest.approx(2.8e-5, rel=0.01) and "2.8e-05" in said[0]
    assert fit_to_model(recipe, 384, 512)[0].learning_rate == 2e-4


@pytest.mark.parametrize(
    ("pairs", "warmup"), [(7, 0.0), (100, 0.0), (10 * 256, 0.1), (100 * 256, 0.1)]
)
def test_a_warm_up_that_few_pairs_would_not_outlast_is_left_out(pairs: int, warmup: float) -> None:
    assert fit_to_pairs(replace(RECIPE, warmup=0.1), pairs).warmup == warmup


def test_a_published_recipe_warms_up_as_published() -> None:
    assert fit_to_pairs(replace(RECIPE, base="BAAI/bge-m3", warmup=0.1), 7).warmup == 0.1
