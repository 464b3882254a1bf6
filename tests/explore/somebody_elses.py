"Small tokenizers of the kinds that published models have, and small random models that belong to them."

from functools import cache

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from moe_lab.measure.transformers.tiny_models import quiet, tiny_model

TEXTS = {
    "verse": ["In the beginning God created the heaven and the earth.", "And God said, Let there be light."],
    "code": ["def forward(self, x):\n    return self.model(x)", "for i in range(10):\n    print(i)"],
    "talk": ["Hello, how are you? I am fine.", "Déjà vu: 日本語, naïve 🙂."],
}
ALL = [text for some in TEXTS.values() for text in some]


def learned(model, trainer, pre, decoder, normalizer=None) -> Tokenizer:
    "A tokenizer of these parts, trained on `TEXTS`."
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer, tokenizer.decoder = pre, decoder
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.train_from_iterator(ALL * 3, trainer)
    return tokenizer


def byte_level() -> PreTrainedTokenizerFast:
    "As GPT-OSS, OLMoE and Qwen have it; a text begins with <s>."
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=["<s>"], initial_alphabet=alphabet)
    pre = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer = learned(models.BPE(), trainer, pre, decoders.ByteLevel())
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A", special_tokens=[("<s>", 0)])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", pad_token="<s>")


def metaspace() -> PreTrainedTokenizerFast:
    "As Mixtral has it: ▁ for a space, single bytes for what is not known, <s> before a text."
    alone = ["<unk>", "<s>", "</s>", *(f"<0x{i:02X}>" for i in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=alone, limit_alphabet=60)
    back = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    model = models.BPE(unk_token="<unk>", byte_fallback=True)
    normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer = learned(model, trainer, pre_tokenizers.Split("▁", "merged_with_next"), None, normalizer)
    tokenizer.decoder = decoders.Sequence(back)
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A", special_tokens=[("<s>", 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )


def unigram() -> PreTrainedTokenizerFast:
    "As T5 and Switch have it: whole pieces with ▁, </s> behind a text, <pad> first of all."
    alone = ["<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=120, special_tokens=alone, unk_token="<unk>")
    tokenizer = learned(models.Unigram(), trainer, pre_tokenizers.Metaspace(), decoders.Metaspace())
    tokenizer.post_processor = processors.TemplateProcessing("$A </s>", special_tokens=[("</s>", 1)])
    named = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **named)


def word_piece() -> PreTrainedTokenizerFast:
    "As BERT has it: ## where a word goes on, [CLS] and [SEP] around a text."
    alone = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    trainer = trainers.WordPieceTrainer(vocab_size=160, special_tokens=alone)
    pre = pre_tokenizers.BertPreTokenizer()
    tokenizer = learned(models.WordPiece(unk_token="[UNK]"), trainer, pre, decoders.WordPiece(cleanup=False))
    around = [("[CLS]", 2), ("[SEP]", 3)]
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=around)
    named = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **named)


TOKENIZERS = {make.__name__: cache(make) for make in (byte_level, metaspace, unigram, word_piece)}
FAMILIES = {  # family -> the tokenizer that goes with it
    "mixtral": "metaspace",
    "olmoe": "byte_level",
    "qwen2_moe": "byte_level",
    "qwen3_moe": "byte_level",
    "deepseek_v3": "byte_level",
    "gpt_oss": "byte_level",
    "llama4": "metaspace",
    "gemma4": "metaspace",
    "jetmoe": "word_piece",
    "doge": "byte_level",
    "switch_transformers": "unigram",
    "nllb_moe": "unigram",
}


@cache
def model_of(family: str) -> torch.nn.Module:
    "A tiny model whose vocabulary is as large as the tokenizer's, rounded up."
    with quiet():
        model = tiny_model(family)
        model.resize_token_embeddings(len(TOKENIZERS[FAMILIES[family]]()) // 8 * 8 + 8)
    return model.eval()
