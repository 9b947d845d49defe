"""The cascade as a caller meets it, on real classes at tiny size."""

import inspect
import logging
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from diffusers import DiffusionPipeline
from PIL import Image

from pipeline.cascade.references import References
from pipeline.loading.capabilities import CONTROLS
from pipeline.models.prior import NOISE_DIM
from pipeline.recipe import DEFAULTS, SCHEMA
from pipeline.safety import Refused, SafetyScreen
from pipeline.scene.record import MAX_THINGS, Ground, Scene, Thing
from pipeline.text_to_image import TextToImagePipeline
from pipeline.watermark import verify
from tests.tiny import TEXT_DIM, tiny_components, tiny_pipeline


@pytest.fixture(scope="module")
def pipe() -> TextToImagePipeline:
    return tiny_pipeline()


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def draw(pipe: TextToImagePipeline, *args, seed: int = 3, **kwargs) -> np.ndarray:
    return np.asarray(pipe(*args, generator=seeded(seed), **kwargs).images[0])


def photo(colour: str) -> Image.Image:
    image = Image.new("RGB", (80, 60), colour)
    image.paste("white", (20, 20, 40, 40))
    return image


def test_same_seed_gives_the_same_bytes_whatever_ran_before(pipe):
    first = draw(pipe, "a cat")
    draw(pipe, "an apple on a background", seed=9, num_inference_steps=5)
    assert np.array_equal(first, draw(pipe, "a cat"))
    assert not np.array_equal(first, draw(pipe, "a cat", seed=4))


def test_prompt_changes_the_picture(pipe):
    assert not np.array_equal(draw(pipe, "a cat"), draw(pipe, "an apple"))


def test_batch_of_four_equals_four_singles(pipe):
    prompts = ["a cat", "an apple", "a 3d render", "a background"]
    batch = pipe(prompts, generator=[seeded(seed) for seed in range(4)]).images
    for seed, (prompt, image) in enumerate(zip(prompts, batch, strict=True)):
        assert np.array_equal(np.asarray(image), draw(pipe, prompt, seed=seed))


def test_one_generator_for_several_pictures_counts_up_from_its_seed(pipe):
    images = pipe("a cat", num_images_per_prompt=3, generator=seeded(5)).images
    for offset, image in enumerate(images):
        assert np.array_equal(np.asarray(image), draw(pipe, "a cat", seed=5 + offset))


def test_saved_pipeline_generates_the_same_image(pipe, tmp_path):
    pipe.save_pretrained(tmp_path)
    loaded = TextToImagePipeline.from_pretrained(tmp_path)
    loaded.set_progress_bar_config(disable=True)
    assert np.array_equal(draw(pipe, "a cat"), draw(loaded, "a cat"))


def test_diffusers_own_loader_finds_the_class_once_it_is_imported(tmp_path):
    from pipeline import TextToImagePipeline as ours

    half = tiny_pipeline()
    half.text_encoder.half()  # as diffusers' loader takes one that is stored so
    half.save_pretrained(tmp_path)
    loaded, expected = DiffusionPipeline.from_pretrained(tmp_path), TextToImagePipeline.from_pretrained(tmp_path)
    assert type(loaded) is ours is TextToImagePipeline and loaded.text_encoder.dtype == torch.float32
    loaded.set_progress_bar_config(disable=True)
    assert np.array_equal(draw(loaded, "a cat"), draw(expected, "a cat"))


def test_half_precision_folder_loads_in_float32(pipe, tmp_path):
    tiny_pipeline().to(dtype=torch.float16).save_pretrained(tmp_path)
    loaded = TextToImagePipeline.from_pretrained(tmp_path)
    assert {module.dtype for module in (loaded.text_encoder, loaded.prior, loaded.decoder)} == {torch.float32}


def test_given_embeds_draw_the_name_that_is_nearest_to_them(pipe):
    prompt_embeds, pooled = (each.detach() for each in pipe.encode_prompt("an apple"))
    nearest = pipe.vocabulary.phrase_of[pipe.vocabulary.nearest(prompt_embeds[0].mean(0))[0]]
    output = pipe(prompt_embeds=prompt_embeds, pooled_prompt_embeds=pooled, generator=seeded(3))
    assert [thing.name for thing in output.plans[0].scene.things] == [nearest]


def test_given_noise_equals_the_generators(pipe):
    noise = pipe.prepare_latents(seeded(3))
    given = {"prior_latents": noise["prior"], "latents": noise["decoder"], "super_res_latents": noise["super_res"]}
    assert np.array_equal(draw(pipe, "a cat", seed=8, **given), draw(pipe, "a cat", seed=3))


def test_at_pure_noise_super_resolution_need_not_see_it(pipe):
    small, tokens = torch.rand(2, 4, 16, 16), torch.rand(2, 3, TEXT_DIM)
    noise = pipe.prepare_latents(seeded(1))["super_res"]
    side = 16 * pipe.super_res.config.scale_factor
    known = (torch.full((2,), 1000.0), small, tokens, torch.ones(2, 3))
    seen = pipe.super_res(noise[..., :side, :side].expand(2, -1, -1, -1), *known)
    assert torch.allclose(pipe.super_res(None, *known), seen, atol=1e-6)
    assert "super_res" not in pipe.prepare_latents(seeded(1), large=False)


def test_image_embeds_skip_the_prior(pipe):
    stages = []
    embeds = pipe("an apple", generator=seeded(1)).image_embeds
    output = pipe(
        "a cat",
        image_embeds=embeds,
        generator=seeded(3),
        callback_on_step_end=lambda pipe, step, timestep, kwargs: stages.append(kwargs["stage"]),
    )
    assert "prior" not in stages
    assert torch.allclose(output.image_embeds, embeds, atol=1e-6)


def test_callback_reports_each_stage_and_previews_the_small_picture(pipe):
    seen = []
    pipe(
        "a cat",
        generator=seeded(0),
        num_inference_steps=2,
        super_res_num_inference_steps=1,
        callback_on_step_end=lambda pipe, step, timestep, kwargs: seen.append(
            (kwargs["stage"], step, None if kwargs["preview"] is None else tuple(kwargs["preview"].shape))
        ),
        callback_on_step_end_tensor_inputs=("preview",),
    )
    assert seen == [
        ("prior", 0, None),
        ("decoder", 0, (1, 3, 64, 64)), ("decoder", 1, (1, 3, 64, 64)), ("super_res", 0, None),
    ]  # fmt: skip


def test_exception_in_the_callback_ends_the_call_and_the_pipeline_stays_usable(pipe):
    class StopDrawing(Exception):
        pass

    def stop(*_):
        raise StopDrawing

    before = draw(pipe, "a cat")
    with pytest.raises(StopDrawing):
        pipe("a cat", callback_on_step_end=stop)
    assert np.array_equal(before, draw(pipe, "a cat"))


def test_negative_prompt_and_guidance_change_the_picture(pipe):
    guided = draw(pipe, "a cat", guidance_scale=3.0)
    assert not np.array_equal(draw(pipe, "a cat"), guided)
    assert not np.array_equal(guided, draw(pipe, "a cat", negative_prompt="an apple", guidance_scale=3.0))


def test_a_negative_prompt_that_names_nothing_chosen_does_nothing_without_guidance(pipe):
    assert np.array_equal(draw(pipe, "a cat"), draw(pipe, "a cat", negative_prompt="an apple"))


def test_the_defaults_are_those_of_new_recipes():
    parameters = inspect.signature(TextToImagePipeline.__call__).parameters
    for name in (*CONTROLS, "similarity_strength", "variety", "width", "height"):
        assert parameters[name].default == DEFAULTS[SCHEMA][name], name


def test_references_are_fused_in_any_order(pipe):
    red, blue = photo("red"), photo("blue")
    first = pipe(image=[red, blue], generator=seeded(2))
    second = pipe(image=[blue, red], generator=seeded(2))
    assert np.array_equal(np.asarray(first.images[0]), np.asarray(second.images[0]))
    assert first.image_weights == pytest.approx([0.5, 0.5])


def test_similarity_says_how_far_a_picture_goes_from_its_reference(pipe):
    red = photo("red")
    same = [draw(pipe, image=red, similarity_strength=1.0, seed=seed) for seed in (2, 3)]
    assert np.abs(same[0].astype(int) - same[1]).max() < 40  # but for the decoder's noise
    far = [draw(pipe, image=red, similarity_strength=0.5, seed=seed).astype(int) for seed in (2, 3)]
    assert np.abs(far[0] - far[1]).mean() > np.abs(same[0].astype(int) - same[1]).mean()
    reference = pipe.get_image_embeds([red])
    kept = pipe("a cat", image=red, similarity_strength=0.9, generator=seeded(2)).image_embeds
    assert torch.allclose(kept, reference, atol=1e-6)
    named = pipe("a cat", image=red, similarity_strength=0.3, generator=seeded(2))
    assert named.plans[0].drawings[0].concept == pipe.prior.index_of["cat"]


def test_what_is_fused_is_one_drawing_and_not_a_mixture(pipe):
    pictures = [photo("red"), photo("blue")]
    each = pipe.get_image_embeds(pictures)
    first = pipe.image_encoder.config.semantic_dim + 1
    fused = pipe(image=pictures, generator=seeded(2)).image_embeds
    ratio = fused[:, first:] / fused[:, first - 1, None]
    assert min((ratio - (own[first:] / own[first - 1])).abs().max() for own in each) < 1e-4


def test_of_several_references_the_one_is_drawn_that_the_words_name():
    house, fish, other = (F.one_hot(torch.tensor(at), 4).float() for at in range(3))
    shares = torch.tensor([0.2, 0.7, 0.1])
    noise = torch.randn(40, NOISE_DIM, generator=seeded(1))
    given = References(torch.stack([house, fish, other]), house[None], shares, 1.0)
    assert {given.drawn(row) for row in noise} == {0, 1, 2}
    assert {given.named(house[None], 4).drawn(row) for row in noise} == {0}
    assert {given.named((house + fish)[None], 4).drawn(row) for row in noise} == {0, 1}
    assert {given.named(house[None], 4).coloured(row) for row in noise} == {0, 1, 2}, "colours are of all"
    without = replace(given, weights=torch.tensor([0.0, 1.0, 1.0]))
    assert {without.named(house[None], 4).drawn(row) for row in noise} == {1, 2}, "what has no share is not drawn"


def test_transparent_reference_is_laid_on_white(pipe):
    clear = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    white = Image.new("RGB", (64, 64), "white")
    assert torch.equal(pipe.get_image_embeds([clear]), pipe.get_image_embeds([white]))


def test_every_output_carries_the_watermark(pipe):
    image = pipe("a cat", generator=seeded(3), watermark_payload=123456789).images[0]
    assert verify(image).result == "GENERATED"
    array = pipe("a cat", generator=seeded(3), output_type="np").images
    assert array.shape == (1, 256, 256, 3)
    assert verify(Image.fromarray((array[0] * 255).round().astype(np.uint8))).result == "GENERATED"
    tensor = pipe("a cat", generator=seeded(3), output_type="pt").images
    assert tensor.shape == (1, 3, 256, 256)
    assert np.allclose(tensor[0].permute(1, 2, 0).numpy(), array[0])


def test_tuple_equals_dict(pipe):
    images, embeds, weights, plans, standings = pipe("a cat", generator=seeded(3), return_dict=False)
    output = pipe("a cat", generator=seeded(3))
    assert np.array_equal(np.asarray(images[0]), np.asarray(output.images[0]))
    assert torch.equal(embeds, output.image_embeds) and weights is output.image_weights is None
    assert [each.keys for each in standings] == [each.keys for each in output.standings]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "`prompt` is empty"),
        ({"prompt": "  "}, "`prompt` is empty"),
        ({"prompt": 3}, "`prompt` must be a string"),
        ({"prompt": ["a cat", "a \ud800 dog"]}, "`prompt` must be text, got half of a character, '.ud800'"),
        ({"prompt": "a cat", "negative_prompt": "\udc00"}, "`negative_prompt` must be text"),
        ({"prompt": "a cat", "negative_prompt": photo("red")}, "`negative_prompt` must be a string"),
        ({"image": [photo("red")] * 6}, "takes 1 to 5 pictures, got 6"),
        ({"image": "cat.png"}, "PIL pictures"),
        ({"prompt": "a cat", "num_inference_steps": 0}, "`num_inference_steps`"),
        ({"prompt": "a cat", "prior_num_inference_steps": 2.5}, "`prior_num_inference_steps`"),
        ({"prompt": "a cat", "num_images_per_prompt": 0}, "`num_images_per_prompt`"),
        ({"prompt": "a cat", "variety": 1.5}, "`variety` must be from 0 to 1, got 1.5"),
        ({"prompt": "a cat", "guidance_scale": float("nan")}, "`guidance_scale` must be from"),
        ({"prompt": "a cat", "width": 250}, "`width` takes"),
        ({"prompt": "a cat", "scene": Scene()}, "either `prompt` or `scene`"),
        ({"scene": Scene(things=(Thing("a", "griffin"),))}, "one that the model was taught, got 'griffin'"),
        ({"prompt": "a cat", "output_type": "latent"}, "`output_type`"),
        ({"image": photo("red"), "similarity_strength": 0.1}, "`similarity_strength`"),
        ({"prompt": "a cat", "pooled_prompt_embeds": torch.zeros(1, 32)}, "go together"),
        ({"prompt": "a cat", "generator": [torch.Generator()] * 2}, "2 entries for 1 pictures"),
        ({"prompt": "a cat", "generator": 7}, "must be a torch.Generator, or a list of them, got int"),
        ({"image_embeds": torch.full((1, 32), float("nan"))}, "`image_embeds` must hold finite numbers"),
        ({"prompt": "a cat", "num_images_per_prompt": True}, "`num_images_per_prompt` must be a whole number"),
        ({"prompt": "a cat", "num_inference_steps": True}, "`num_inference_steps` must be a whole number"),
        *(
            ({"image": [photo("red"), photo("blue")], "image_weights": weights}, "`image_weights` must hold 2 finite")
            for weights in ([1], [1, "x"], "ab", 3, [float("nan"), 1], [math.inf, 1], [-1, 1], [0, 0], [True, 1])
        ),
    ],
)
def test_bad_input_is_refused_in_words(pipe, arguments, words):
    with pytest.raises(ValueError, match=words):
        pipe(**arguments)


def test_an_unsafe_prompt_is_refused_before_anything_is_drawn_and_is_not_logged(pipe, caplog):
    steps = []
    with caplog.at_level(logging.DEBUG), pytest.raises(Refused, match="because it asks for nudity") as caught:
        pipe(["a cat", "a nude woman named Zebulona"], callback_on_step_end=lambda *known: steps.append(known))
    assert caught.value.category == "sexual" and not steps
    assert "zebulona" not in f"{caplog.text} {caught.value}".lower()


def test_a_negative_prompt_is_screened_only_where_it_is_drawn(pipe):
    draw(pipe, "a cat", negative_prompt="nude, nsfw")
    with pytest.raises(Refused):
        draw(pipe, "a cat", negative_prompt="nude, nsfw", guidance_scale=0.0)


def test_the_words_of_a_scene_are_screened_as_a_prompts_are(pipe):
    with pytest.raises(Refused):
        pipe(scene=Scene(things=(Thing("a", "cat", said="a nude woman"),)))


def test_meaning_is_screened_in_words_and_in_given_embeds():
    def embed_texts(texts):  # everything but the ordinary is unsafe
        return np.stack([ordinary if text in known else unsafe for text in texts])

    pipe, known = tiny_pipeline(), SafetyScreen()._ordinary
    prompt_embeds, pooled = pipe.encode_prompt("a cat")
    unsafe = pipe.get_sentence_embeds(["a cat"])[0]
    ordinary = -unsafe
    pipe.safety_checker = SafetyScreen(embed_texts=embed_texts)
    with pytest.raises(Refused):
        pipe("a cat")
    with pytest.raises(Refused):
        pipe(prompt_embeds=prompt_embeds, pooled_prompt_embeds=pooled)


def test_what_was_screened_before_changes_no_picture(pipe, monkeypatch):
    screen = SafetyScreen(embed_texts=pipe.get_sentence_embeds, threshold=2.0)  # a cosine that nothing reaches
    monkeypatch.setattr(pipe, "safety_checker", screen)
    first = draw(pipe, "a cat, an apple")
    screen.check(["a cat, an apple"])
    assert np.array_equal(first, draw(pipe, "a cat, an apple"))


def test_an_edit_changes_what_it_names_and_not_a_bit_of_the_rest(pipe):
    scene = Scene(
        things=(Thing("cat", "cat", place=(0.25, 0.5, 0.4)), Thing("apple", "apple", place=(0.75, 0.5, 0.4))),
        style="3d render",
    )

    def laid(*edits: str) -> np.ndarray:
        noise = pipe.prepare_latents(seeded(1), large=False)
        plan = pipe.plan(scene, None, noise, edits=edits)
        steps = {"num_inference_steps": 1, "super_res_num_inference_steps": 1}
        with torch.no_grad():
            encoded = pipe._encode_checked(plan, None, None)
            embeds = pipe.run_prior(plan, None)
            layers, _ = pipe.draw_layers(plan, embeds, encoded, None, steps, 1.0, None, lambda *_: None)
            return np.asarray(pipe.compose(plan, embeds, layers, encoded)[0]).astype(int)

    before = laid()
    for edits in (
        ("colour apple blue",),
        ("again apple 7",),
        ("remove apple",),
        ("add dog kitty", "place dog 0.8 0.5 0.3"),
    ):
        after = laid(*edits)
        assert np.array_equal(before[:, :128], after[:, :128]), edits
        assert not np.array_equal(before[:, 128:], after[:, 128:]), edits


def test_lettering_is_written_into_the_picture(pipe):
    plain, lettered = (draw(pipe, "a cat", edits=edits, seed=1).astype(int) for edits in ((), ('letter "Hi there"',)))
    assert np.abs(plain[200:] - lettered[200:]).max() > 100 and np.abs(plain[:120] - lettered[:120]).max() < 40


def test_edited_words_are_screened_too(pipe):
    with pytest.raises(Refused):
        pipe("a cat", edits=('letter "nude women"',), generator=seeded(0))


def test_nothing_is_drawn_where_one_of_the_prompts_means_something_unsafe(pipe, monkeypatch):
    def embed_texts(texts):
        return np.stack([[1.0, 0.0] if text == "an apple" or text not in known else [0.0, 1.0] for text in texts])

    known = (*SafetyScreen()._ordinary, "a cat")
    monkeypatch.setattr(pipe, "safety_checker", SafetyScreen(embed_texts=embed_texts))
    steps = []
    with pytest.raises(Refused):
        pipe(["a cat", "an apple"], callback_on_step_end=lambda *_: steps.append(1) or {})
    assert not steps and draw(pipe, "a cat").any()


def test_the_threshold_of_the_meaning_travels_with_the_weights(tmp_path):
    TextToImagePipeline(**tiny_components(), safety_threshold=0.6).save_pretrained(tmp_path)
    loaded = TextToImagePipeline.from_pretrained(tmp_path)
    assert loaded.safety_checker.threshold == 0.6 and loaded.safety_checker.embed_texts is not None
    assert tiny_pipeline().safety_checker.embed_texts is None  # words alone
    own = SafetyScreen()
    assert TextToImagePipeline.from_pretrained(tmp_path, safety_checker=own).safety_checker is own


def test_a_picture_that_looks_unsafe_is_not_handed_out(tmp_path):
    TextToImagePipeline(**tiny_components(), safety_margin=-2.0).save_pretrained(tmp_path)  # everything does
    strict = TextToImagePipeline.from_pretrained(tmp_path)
    with pytest.raises(Refused, match="drawn and is not shown"):
        draw(strict, "a cat")


def test_texts_encoded_as_one_row_are_as_each_by_itself(pipe):
    texts = ["a cat", "", "an apple on a background"] * 15  # more than one row
    for text, states in zip(texts, pipe.encode_texts(texts), strict=True):
        tokens = pipe.tokenizer([text], return_tensors="pt")
        alone = pipe.text_encoder(**tokens).last_hidden_state[0]
        assert torch.allclose(states, alone, atol=1e-5)


def test_sentence_embeds_do_not_depend_on_what_else_is_asked(pipe):
    together = pipe.get_sentence_embeds(["a cat", "an apple on a background"])
    assert np.allclose(together[0], pipe.get_sentence_embeds(["a cat"])[0], atol=1e-5)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_the_ground_is_exactly_what_a_scene_says(pipe):
    red = Scene(things=(Thing("a", "cat"),), ground=Ground("colour", ("#d93636",)))
    picture = np.asarray(pipe(scene=red, generator=seeded(0)).images[0]).astype(int)
    ring = np.concatenate([picture[:4].reshape(-1, 3), picture[-4:].reshape(-1, 3)])
    assert np.abs(ring.mean(0) - [0xD9, 0x36, 0x36]).max() < 3  # but for the mark


def test_every_size_is_drawn_marked_and_verified(pipe):
    for width, height in ((512, 256), (256, 320)):
        image = pipe("a cat", width=width, height=height, generator=seeded(0)).images[0]
        assert image.size == (width, height) and verify(image).result == "GENERATED"


def test_without_a_ground_the_picture_is_transparent_and_marked(pipe):
    image = pipe("a cat", transparent=True, generator=seeded(0)).images[0]
    assert image.mode == "RGBA" and np.asarray(image)[0, 0, 3] == 0
    assert verify(image).result == "GENERATED"


def test_variety_lets_seeds_choose_drawings_and_none_takes_the_typical_one(pipe):
    cat = Scene(things=(Thing("a", "cat"),), style="3d render")

    def chosen(variety: float) -> set:
        outputs = (pipe(scene=cat, variety=variety, generator=seeded(seed)) for seed in range(6))
        return {output.plans[0].drawings[0] for output in outputs}

    assert len(chosen(0.0)) == 1 and len(chosen(1.0)) == 6
    assert {drawing.drawing for drawing in chosen(1.0)} == {0, 1}  # two artists drew a cat


def test_a_thing_with_a_seed_of_its_own_keeps_its_drawing(pipe):
    scenes = Scene(things=(Thing("a", "cat", seed=5), Thing("b", "apple")))
    first, second = (pipe(scene=scenes, generator=seeded(seed)).plans[0] for seed in (1, 2))
    assert first.drawings[0] == second.drawings[0] and first.drawings[1] != second.drawings[1]


def test_a_reference_is_drawn_on_the_ground_and_in_the_style_that_are_said(pipe):
    scene = Scene(things=(Thing("a", "cat"),), style="flat sticker", ground=Ground("colour", ("#d93636",)))
    image = pipe(scene=scene, image=photo("blue"), generator=seeded(3), similarity_strength=1.0).images[0]
    assert np.abs(np.asarray(image)[:3].reshape(-1, 3).mean(0) - [0xD9, 0x36, 0x36]).max() < 3


def test_words_with_a_reference_need_not_name_a_thing(pipe):
    told = [
        [note.kind for note in pipe("flat sticker", generator=seeded(3), **more).plans[0].parsed.notes]
        for more in ({}, {"image": photo("blue")})
    ]
    assert told == [["nothing"], []]


def test_another_name_draws_the_taught_one(pipe):
    plans = [pipe(prompt, generator=seeded(3)).plans[0] for prompt in ("a kitty", "a cat")]
    assert plans[0].drawings == plans[1].drawings


def test_several_things_become_one_marked_picture_with_one_embedding(pipe):
    scene = Scene(things=(Thing("a", "cat", count=2), Thing("b", "apple")), style="3d render", arrangement="row")
    output = pipe(scene=scene, generator=seeded(3))
    assert len(output.images) == 1 and output.image_embeds.shape == (1, pipe.prior.config.embed_dim)
    assert verify(output.images[0]).result == "GENERATED"


def test_noise_of_the_prior_is_what_the_seed_chooses(pipe):
    noise = pipe.prepare_latents(seeded(1))["prior"]
    assert noise.shape == (MAX_THINGS, NOISE_DIM)
    other = pipe("a cat", prior_latents=noise, generator=seeded(9)).plans[0]
    assert other.drawings == pipe("a cat", generator=seeded(1)).plans[0].drawings


def test_vocabulary_and_parser_are_saved_and_loaded_with_the_rest(pipe, tmp_path):
    pipe.save_pretrained(tmp_path)
    again = TextToImagePipeline.from_pretrained(tmp_path)
    again.set_progress_bar_config(disable=True)
    assert again.vocabulary.phrase_of == {"cat": "cat", "apple": "apple", "kitty": "cat"}
    pictures = [draw(each, "a kitty").astype(int) for each in (again, pipe)]
    assert np.abs(pictures[0] - pictures[1]).max() <= 1  # weights that lie elsewhere in memory may round differently


def test_a_pipeline_of_the_components_of_another_draws_and_refuses_alike():
    names = [name for name in inspect.signature(TextToImagePipeline.__init__).parameters if name != "self"]
    first = TextToImagePipeline(**tiny_components(), safety_threshold=0.9, safety_margin=0.2)
    first.set_progress_bar_config(disable=True)
    assert set(first.components) == set(names)
    other = TextToImagePipeline(**first.components)
    other.set_progress_bar_config(disable=True)
    for name in ("safety_threshold", "safety_margin"):
        assert other.config[name] == first.config[name]
    assert np.array_equal(draw(first, "a cat"), draw(other, "a cat"))
    assert other.safety_checker is not first.safety_checker
    own = SafetyScreen()
    with_own = TextToImagePipeline(**{**tiny_components(), "safety_checker": own})
    assert TextToImagePipeline(**with_own.components).safety_checker is own
